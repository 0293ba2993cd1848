//! The emails of access reviews.

use crate::app::Ctx;
use crate::common::error::AppError;
use crate::common::html::counted;
use crate::db::Conn;
use crate::mail::message;
use crate::mail::message::Recipient;
use crate::mail::name::MailName;
use crate::models::access_review::mailing::{OpenWork, OwnerWork, ReviewContact};
use crate::models::access_review::state::ReviewMailing;
use crate::models::access_review::{Review, ReviewHeading};
use crate::models::membership::record::Membership;

crate::email! {
    struct ReviewStartedEmail: ReviewStarted("mail/review_started/message.html", "mail/review_started/message.txt") {
        name: MailName,
        organization: MailName,
        unit: String,
        review: MailName,
        starter: MailName,
        due: String,
        companies: String,
        items: String,
        owner_tasks: String,
        link: String,
    }
}
crate::email! {
    struct ReviewReminderEmail: ReviewReminder("mail/review_reminder/message.html", "mail/review_reminder/message.txt") {
        name: MailName,
        organization: MailName,
        unit: String,
        review: MailName,
        ends: String,
        starter: MailName,
        due: String,
        companies: String,
        items: String,
        owner_tasks: String,
        link: String,
    }
}
crate::email! {
    struct ReviewUnconfirmedEmail: ReviewUnconfirmed("mail/review_unconfirmed/message.html", "mail/review_unconfirmed/message.txt") {
        name: MailName,
        organization: MailName,
        review: MailName,
        starter: MailName,
        companies: String,
        suspended: bool,
    }
}
crate::email! {
    struct ReviewClosedEmail: ReviewClosed("mail/review_closed/message.html", "mail/review_closed/message.txt") {
        name: MailName,
        organization: MailName,
        review: MailName,
        link: String,
    }
}

impl From<ReviewContact> for Recipient {
    fn from(contact: ReviewContact) -> Self {
        Self::stored(contact.name, contact.email)
    }
}

fn assignments(n: i64) -> String {
    counted(n, "assignment", "assignments")
}

fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let names: Vec<String> = names
        .iter()
        .map(|name| MailName::of(name.as_ref()).to_string())
        .collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] if names.len() < 6 => format!("{} and {last}", first.join(", ")),
        _ => format!("{} and others", names[..5].join(", ")),
    }
}

/// What a recipient has to answer.
#[derive(Debug)]
pub enum ReviewTasks {
    OfManager(OpenWork),
    OfOwners(OwnerWork),
}

impl ReviewTasks {
    fn of_owners(&self, heading: &ReviewHeading) -> String {
        let Self::OfOwners(work) = self else {
            return String::new();
        };
        let mut parts = Vec::new();
        if work.companies > 0 {
            let companies = i64::try_from(work.companies).unwrap_or(i64::MAX);
            parts.push(format!("{} without a Manager", heading.unit.count(&companies)));
        }
        if work.manager_items > 0 {
            let items = assignments(work.manager_items);
            parts.push(format!("{items} of Managers, who can’t decide on themselves"));
        }
        parts.join(", and ")
    }
}

/// Asks for answers: at the start of a review, or as a reminder.
pub fn tasks(
    conn: &mut Conn,
    cx: &Ctx,
    heading: &ReviewHeading,
    review: &Review,
    to: ReviewContact,
    tasks: &ReviewTasks,
) -> Result<(), AppError> {
    let (companies, items) = match tasks {
        ReviewTasks::OfManager(work) => (listed(&work.companies), assignments(work.items)),
        ReviewTasks::OfOwners(_) => Default::default(),
    };
    let path = format!("/organizations/{}/access/reviews/{}", heading.slug, review.id);
    let started = ReviewStartedEmail {
        name: MailName::of(&to.name),
        organization: MailName::of(&heading.name),
        unit: heading.unit.one().to_owned(),
        review: MailName::of(&review.name),
        starter: MailName::of(&review.starter),
        due: review.due_at.full(heading.zone),
        companies,
        items,
        owner_tasks: tasks.of_owners(heading),
        link: cx.config().link(&path),
    };
    if review.mailing != ReviewMailing::Reminder {
        return message::send(conn, cx, &to.into(), &started);
    }
    let reminder = ReviewReminderEmail {
        ends: review.due_at.ahead(cx.now, heading.zone),
        name: started.name,
        organization: started.organization,
        unit: started.unit,
        review: started.review,
        starter: started.starter,
        due: started.due,
        companies: started.companies,
        items: started.items,
        owner_tasks: started.owner_tasks,
        link: started.link,
    };
    message::send(conn, cx, &to.into(), &reminder)
}

/// Tells a member which access was removed.
pub fn unconfirmed(
    conn: &mut Conn,
    cx: &Ctx,
    organization: &str,
    review: &Review,
    member: &Membership,
    companies: &[&str],
    suspended: bool,
) -> Result<(), AppError> {
    let email = ReviewUnconfirmedEmail {
        name: MailName::of(&member.name),
        organization: MailName::of(organization),
        review: MailName::of(&review.name),
        starter: MailName::of(&review.starter),
        companies: listed(companies),
        suspended,
    };
    message::send(conn, cx, &member.recipient(), &email)
}

/// Tells who started a review that its report is ready.
pub fn closed(
    conn: &mut Conn,
    cx: &Ctx,
    heading: &ReviewHeading,
    review: &Review,
    to: ReviewContact,
) -> Result<(), AppError> {
    let path = format!("/organizations/{}/access/reviews/{}/report", heading.slug, review.id);
    let email = ReviewClosedEmail {
        name: MailName::of(&to.name),
        organization: MailName::of(&heading.name),
        review: MailName::of(&review.name),
        link: cx.config().link(&path),
    };
    message::send(conn, cx, &to.into(), &email)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_lists_at_most_five_companies() {
        let names = ["A", "B", "C", "D", "E", "F"];
        assert_eq!(listed(&names[..1]), "“A”");
        assert_eq!(listed(&names[..3]), "“A”, “B” and “C”");
        assert_eq!(listed(&names), "“A”, “B”, “C”, “D”, “E” and others");
    }
}

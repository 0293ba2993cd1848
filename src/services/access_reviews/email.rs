//! Letters about a review: to those who decide, and to those whose place nobody confirmed.

use crate::app::Ctx;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::mail::notice::Notice;
use crate::models::access_review::Review;
use crate::models::access_review::rules::Mailing;
use crate::models::membership::record::Membership;

/// The organization, as letters name it.
#[derive(Debug, Clone)]
pub struct ReviewHeading {
    pub name: String,
    pub slug: String,
    /// Its word for companies.
    pub unit: UnitLabel,
}

/// Who gets a letter.
#[derive(Debug, Clone)]
pub struct Recipient {
    pub name: String,
    pub email: String,
}

/// "1 place", "3 places".
fn places(n: i64) -> String {
    if n == 1 {
        "1 place".into()
    } else {
        format!("{n} places")
    }
}

fn named(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] if names.len() < 6 => format!("{} and {last}", first.join(", ")),
        _ => format!("{} and others", names[..5].join(", ")),
    }
}

/// Asks a Manager to decide.
pub fn to_manager(
    conn: &mut Conn,
    cx: &Ctx,
    app: &ReviewHeading,
    review: &Review,
    to: &Recipient,
    companies: &[String],
    open: i64,
) -> Result<(), AppError> {
    let first = format!(
        "{} asks you to confirm who works in {}: {} to answer by {}.",
        review.starter,
        named(companies),
        places(open),
        review.due_at.date()
    );
    send(
        conn,
        cx,
        app,
        review,
        to,
        vec![
            first,
            format!(
                "For each person you keep the role, give another one, or remove them from the {}. What nobody answers by then is taken away.",
                app.unit.one()
            ),
        ],
    )
}

/// Tells an owner or admin what falls to them.
pub fn to_chief(
    conn: &mut Conn,
    cx: &Ctx,
    app: &ReviewHeading,
    review: &Review,
    to: &Recipient,
    unmanaged: usize,
    of_managers: i64,
) -> Result<(), AppError> {
    let mut parts = Vec::new();
    if unmanaged > 0 {
        let unmanaged = i64::try_from(unmanaged).unwrap_or(i64::MAX);
        parts.push(format!("{} without a Manager", app.unit.count(&unmanaged)));
    }
    if of_managers > 0 {
        parts.push(format!(
            "{} of Managers, who do not decide on themselves",
            places(of_managers)
        ));
    }
    let first = format!(
        "Some answers of this review are for owners and admins: {}. The last day is {}.",
        parts.join(", and "),
        review.due_at.date()
    );
    send(
        conn,
        cx,
        app,
        review,
        to,
        vec![
            first,
            "What nobody answers by then is taken away. Your own role in the organization is not part of it.".into(),
        ],
    )
}

fn send(
    conn: &mut Conn,
    cx: &Ctx,
    app: &ReviewHeading,
    review: &Review,
    to: &Recipient,
    paragraphs: Vec<String>,
) -> Result<(), AppError> {
    let (kind, subject) = match review.mailing {
        Mailing::Reminder => (
            "review_reminder",
            format!("Reminder: {} ends {}", review.name, review.due_at.ahead(cx.now)),
        ),
        _ => (
            "review_started",
            format!("Access review in {}: {}", app.name, review.name),
        ),
    };
    let notice = Notice {
        kind,
        to_name: to.name.clone(),
        to: Email::stored(to.email.clone()),
        sender: app.name.clone(),
        subject,
        paragraphs,
        button: Some((
            "Open the review",
            format!("/organizations/{}/access/reviews/{}", app.slug, review.id),
        )),
        foot: format!("You get this because you manage people in {}.", app.name),
        seed: None,
    };
    notice.send(conn, cx)?;
    Ok(())
}

/// Tells somebody what they lost.
pub fn unconfirmed(
    conn: &mut Conn,
    cx: &Ctx,
    organization: &str,
    review: &Review,
    to: &Membership,
    companies: &[String],
    shut_out: bool,
) -> Result<(), AppError> {
    let what = if companies.is_empty() {
        format!("In the access review {} nobody confirmed your access.", review.name)
    } else {
        format!(
            "In the access review {} nobody confirmed your access to {}. It was taken away.",
            review.name,
            named(companies)
        )
    };
    let mut paragraphs = vec![what];
    if shut_out {
        paragraphs.push(format!(
            "You have no other place in {organization}, so your access to it is suspended. Your account and your other organizations are not touched."
        ));
    }
    let subject = if shut_out {
        format!("Your access to {organization} is suspended")
    } else {
        format!("Your access in {organization} has changed")
    };
    let notice = Notice {
        kind: "review_unconfirmed",
        to_name: to.name.clone(),
        to: Email::stored(to.email.clone()),
        sender: organization.to_owned(),
        subject,
        paragraphs,
        button: None,
        foot: format!(
            "You think this is a mistake? Write to {} or to an owner of {organization}: they can give it back.",
            review.starter
        ),
        seed: None,
    };
    notice.send(conn, cx)?;
    Ok(())
}

/// Tells who began it that the report is there.
pub fn closed(conn: &mut Conn, cx: &Ctx, app: &ReviewHeading, review: &Review, to: &Recipient) -> Result<(), AppError> {
    let notice = Notice {
        kind: "review_closed",
        to_name: to.name.clone(),
        to: Email::stored(to.email.clone()),
        sender: app.name.clone(),
        subject: format!("{} is closed", review.name),
        paragraphs: vec![
            "The signed report says who decided what, and what became of the places that nobody confirmed.".into(),
        ],
        button: Some((
            "Open the report",
            format!("/organizations/{}/access/reviews/{}/report", app.slug, review.id),
        )),
        foot: String::new(),
        seed: None,
    };
    notice.send(conn, cx)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_names_a_few_companies() {
        let names: Vec<String> = ["A", "B", "C", "D", "E", "F"].map(String::from).to_vec();
        assert_eq!(named(&names[..1]), "A");
        assert_eq!(named(&names[..3]), "A, B and C");
        assert_eq!(named(&names), "A, B, C, D, E and others");
    }
}

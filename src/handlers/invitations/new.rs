//! Inviting people: one, many, or a file of them, with a result for each.

use std::collections::HashSet;

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::InviteMembers;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::invitations::recipients;
use crate::handlers::invitations::recipients::{MOST, Recipient};
use crate::handlers::invitations::terms;
use crate::handlers::invitations::terms::{InvitationTermsForm, Roles};
use crate::services::invitations::authority;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::batch::{InvitationTerms, InviteBatch};
use crate::web::company_picker::Picker;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// What became of one person in the list.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The address as typed.
    pub email: String,
    /// What was done, or why not, as a sentence.
    pub sentence: String,
    /// Whether the invitation is on its way.
    pub invited: bool,
}

#[derive(Template)]
#[template(path = "invitations/new.html", blocks = ["dialog", "companies"])]
struct New {
    layout: Layout,
    action: String,
    back: String,
    unit: UnitLabel,
    typed: InvitationTermsForm,
    errors: FormErrors,
    roles: Roles,
    picker: Picker,
    outcomes: Vec<Outcome>,
    invited: usize,
}

impl New {
    fn of(
        conn: &mut Conn,
        actor: &Actor,
        voucher: &InviteAuthority,
        typed: InvitationTermsForm,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let granted = actor.grantable();
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            action: actor.path("/invitations"),
            back: actor.path("/invitations"),
            unit: actor.unit,
            roles: Roles::of(&granted, &typed.role, actor.unit),
            picker: terms::picker(conn, actor, voucher, &typed, actor.path("/invitations/new"))?,
            typed,
            errors,
            outcomes: Vec::new(),
            invited: 0,
        })
    }
}

/// The form. With `company_q` a fragment request gets the companies alone.
pub async fn new(gate: Gate<InviteMembers>, req: HttpRequest) -> Result<HttpResponse, AppError> {
    let fields = Fields::urlencoded(req.query_string()).unwrap_or_default();
    let searched = fields.iter().any(|(name, _)| name == "company_q");
    let page = gate
        .read(move |actor, conn| {
            let voucher = authority::voucher(conn, actor)?;
            New::of(
                conn,
                actor,
                &voucher,
                InvitationTermsForm::of(&fields),
                FormErrors::none(),
            )
        })
        .await?;
    match (gate.fragment(), searched) {
        (true, true) => html(page.as_companies()),
        (true, false) => html(page.as_dialog()),
        (false, _) => html(page),
    }
}

enum Answer {
    /// Everybody is invited: the word for it, and the list.
    Done(String, String),
    /// Some are; the form again with the others.
    Some(Box<New>),
    /// Nobody is; the form again with what is wrong.
    None(Box<New>),
}

/// Invites.
pub async fn invite(gate: Gate<InviteMembers>, fields: Fields) -> Result<HttpResponse, AppError> {
    let typed = InvitationTermsForm::of(&fields);
    let answer = gate.write(move |actor, conn| answer(conn, actor, typed)).await?;
    let fragment = gate.fragment();
    match answer {
        Answer::Done(word, list) => {
            gate.tell("success", word);
            Ok(see_other(fragment, &list))
        }
        Answer::Some(page) if fragment => html(page.as_dialog()),
        Answer::Some(page) => html(*page),
        Answer::None(page) if fragment => refused(page.as_dialog()),
        Answer::None(page) => refused(*page),
    }
}

fn answer(conn: &mut Conn, actor: &Actor, mut typed: InvitationTermsForm) -> Result<(Answer, Events), AppError> {
    let voucher = authority::voucher(conn, actor)?;
    if typed.companies.finds {
        let page = New::of(conn, actor, &voucher, typed, FormErrors::none())?;
        return Ok((
            Answer::Some(Box::new(page)),
            Events::none("the companies were searched"),
        ));
    }
    let mut errors = FormErrors::none();
    let people = people(&typed, &mut errors);
    let terms = terms::read(conn, actor, &voucher, &typed, &mut errors)?;
    let Some(terms) = terms.filter(|_| errors.is_empty()) else {
        let page = New::of(conn, actor, &voucher, typed, errors)?;
        return Ok((Answer::None(Box::new(page)), Events::none("the form was refused")));
    };

    let mut list = List::begin(conn, actor, &voucher, &terms, &people)?;
    for one in &people {
        list.invite(conn, one)?;
    }
    let List {
        round, outcomes, again, ..
    } = list;
    let events = round.events();
    let invited = outcomes.iter().filter(|outcome| outcome.invited).count();
    let list = actor.path("/invitations");
    if invited == outcomes.len() {
        return Ok((Answer::Done(word(actor, &outcomes), list), events));
    }
    if let [only] = outcomes.as_slice() {
        errors.add("emails", only.sentence.clone());
        let page = New::of(conn, actor, &voucher, typed, errors)?;
        return Ok((Answer::None(Box::new(page)), events));
    }
    typed.emails = recipients::write(&again);
    let mut page = New::of(conn, actor, &voucher, typed, errors)?;
    page.outcomes = outcomes;
    page.invited = invited;
    let page = Box::new(page);
    Ok((
        if invited > 0 {
            Answer::Some(page)
        } else {
            Answer::None(page)
        },
        events,
    ))
}

fn people(typed: &InvitationTermsForm, errors: &mut FormErrors) -> Vec<Recipient> {
    let mut people = recipients::read(&typed.emails);
    people.extend(recipients::read(&typed.csv));
    let named = !typed.first_name.trim().is_empty() || !typed.last_name.trim().is_empty();
    match people.as_mut_slice() {
        [] => errors.add("emails", "Enter an email address, like name@company.com"),
        [only] if only.first_name.is_empty() && only.last_name.is_empty() => {
            only.first_name.clone_from(&typed.first_name);
            only.last_name.clone_from(&typed.last_name);
        }
        [_] => {}
        many if many.len() > MOST => errors.add("emails", format!("Invite at most {MOST} people at once")),
        _ if named => errors.add(
            "first_name",
            "Leave the name empty for several people, or write Name <name@company.com> for each",
        ),
        _ => {}
    }
    people
}

fn word(actor: &Actor, outcomes: &[Outcome]) -> String {
    let sends = actor.cx.config().sends_mail();
    match outcomes {
        [only] if sends => format!("Invitation sent to {}", only.email),
        [only] => format!(
            "{} is invited. Copy the accept link from the list and pass it on",
            only.email
        ),
        many if sends => format!("{} invitations sent", many.len()),
        many => format!(
            "{} people are invited. Copy the accept links from the list and pass them on",
            many.len()
        ),
    }
}

/// One form's worth of people, one after the other.
struct List<'a> {
    round: InviteBatch<'a>,
    terms: &'a InvitationTerms,
    done: HashSet<String>,
    outcomes: Vec<Outcome>,
    again: Vec<Recipient>,
}

impl<'a> List<'a> {
    fn begin(
        conn: &mut Conn,
        member: &'a Actor,
        voucher: &'a InviteAuthority,
        terms: &'a InvitationTerms,
        people: &[Recipient],
    ) -> Result<Self, AppError> {
        let emails = people
            .iter()
            .filter_map(|one| one.check().ok())
            .map(|one| one.guest.email.as_str().to_owned())
            .collect();
        Ok(Self {
            round: InviteBatch::begin(conn, member, voucher, emails)?,
            terms,
            done: HashSet::new(),
            outcomes: Vec::new(),
            again: Vec::new(),
        })
    }

    fn invite(&mut self, conn: &mut Conn, typed: &Recipient) -> Result<(), AppError> {
        let checked = typed.check();
        let twice = checked
            .as_ref()
            .is_ok_and(|one| !self.done.insert(one.guest.email.as_str().to_owned()));
        let outcome = if twice {
            Err("Twice in the list".to_owned())
        } else {
            match checked {
                Ok(one) => {
                    let terms = InvitationTerms {
                        role: one.role.unwrap_or(self.terms.role),
                        ..self.terms.clone()
                    };
                    self.round.invite(conn, one.guest, &terms)?
                }
                Err(sentence) => Err(sentence),
            }
        };
        // What stood in the list twice was handled the first time.
        if outcome.is_err() && !twice {
            self.again.push(typed.clone());
        }
        self.outcomes.push(Outcome {
            email: typed.email.clone(),
            invited: outcome.is_ok(),
            sentence: outcome.unwrap_or_else(|sentence| sentence),
        });
        Ok(())
    }
}

//! Changing what an open invitation offers. Its link stays.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::InviteMembers;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::{CompanyStatus, UnitLabel};
use crate::handlers::invitations::recipients::{Checked, Recipient};
use crate::handlers::invitations::terms;
use crate::handlers::invitations::terms::{InvitationTermsForm, Roles, above};
use crate::mail::outbox;
use crate::models::invitation;
use crate::models::invitation::NewInvitation;
use crate::services::invitations::authority;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::batch::InvitationTerms;
use crate::services::invitations::email;
use crate::services::invitations::queries;
use crate::services::invitations::queries::InvitationListItem;
use crate::services::invitations::rules;
use crate::services::invitations::rules::InvitationEvent;
use crate::web::company_picker;
use crate::web::company_picker::Picker;
use crate::web::history;
use crate::web::history::History;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "invitations/edit.html", blocks = ["dialog", "companies"])]
struct Edit {
    layout: Layout,
    action: String,
    back: String,
    email: String,
    unit: UnitLabel,
    typed: InvitationTermsForm,
    errors: FormErrors,
    roles: Roles,
    picker: Picker,
    /// Why it cannot be changed.
    closed: Option<String>,
    history: Option<History>,
}

/// The invitation as the form shows it.
fn typed(seen: &InvitationListItem) -> InvitationTermsForm {
    let was = &seen.invitation;
    InvitationTermsForm {
        first_name: was.first_name.clone(),
        last_name: was.last_name.clone(),
        role: was.role.as_str().to_owned(),
        message: was.message.clone(),
        access_until: was.access_until.map(Time::day).unwrap_or_default(),
        companies: company_picker::PickerForm::stored(
            &seen
                .grants
                .iter()
                .filter(|grant| grant.status == CompanyStatus::Active)
                .map(|grant| (grant.company, grant.role))
                .collect::<Vec<_>>(),
        ),
        ..InvitationTermsForm::default()
    }
}

impl Edit {
    fn of(
        conn: &mut Conn,
        actor: &Actor,
        voucher: &InviteAuthority,
        seen: &InvitationListItem,
        typed: InvitationTermsForm,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let action = actor.path(&format!("/invitations/{}", seen.invitation.id));
        let standing = seen.standing(actor.cx.now);
        // Who is to take the organization over becomes its owner, nothing less.
        let granted = if seen.invitation.hands_over {
            vec![Role::Owner]
        } else {
            actor.grantable()
        };
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            history: history::history(conn, actor, "invitation", seen.invitation.id)?,
            picker: terms::picker(conn, actor, voucher, &typed, action.clone())?,
            action,
            back: actor.path("/invitations"),
            email: seen.invitation.email.clone(),
            unit: actor.unit,
            roles: Roles::of(&granted, &typed.role, actor.unit),
            typed,
            errors,
            closed: rules::next(standing, InvitationEvent::Edit).is_none().then(|| {
                format!(
                    "This invitation is {} and cannot be changed any more.",
                    rules::label(standing).to_lowercase()
                )
            }),
        })
    }
}

fn find(conn: &mut Conn, actor: &Actor, id: &str) -> Result<(InviteAuthority, InvitationListItem), AppError> {
    let voucher = authority::voucher(conn, actor)?;
    let seen = queries::find(conn, actor.organization, &voucher, id)?;
    if voucher.vouches(seen.invitation.role, &seen.offered()) {
        Ok((voucher, seen))
    } else {
        Err(above(conn, actor, seen.invitation.role)?)
    }
}

/// The form. With `company_q` a fragment request gets the companies alone.
pub async fn edit(
    gate: Gate<InviteMembers>,
    path: web::Path<(String, String)>,
    req: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let fields = Fields::urlencoded(req.query_string()).unwrap_or_default();
    let searched = fields.iter().any(|(name, _)| name == "company_q");
    let page = gate
        .read(move |actor, conn| {
            let (voucher, seen) = find(conn, actor, &id)?;
            let mut shown = typed(&seen);
            if searched {
                shown.companies = company_picker::PickerForm::of(&fields);
            }
            Edit::of(conn, actor, &voucher, &seen, shown, FormErrors::none())
        })
        .await?;
    match (gate.fragment(), searched) {
        (true, true) => html(page.as_companies()),
        (true, false) => html(page.as_dialog()),
        (false, _) => html(page),
    }
}

enum Answer {
    Done(String),
    Again(Box<Edit>),
    Refused(Box<Edit>),
}

/// Changes it.
pub async fn update(
    gate: Gate<InviteMembers>,
    path: web::Path<(String, String)>,
    fields: Fields,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let typed = InvitationTermsForm::of(&fields);
    let answer = gate
        .write(move |actor, conn| {
            let (voucher, seen) = find(conn, actor, &id)?;
            change(conn, actor, &voucher, &seen, typed)
        })
        .await?;
    let fragment = gate.fragment();
    match answer {
        Answer::Done(list) => {
            gate.tell("success", "The invitation is changed. Its link stays the same");
            Ok(see_other(fragment, &list))
        }
        Answer::Again(page) if fragment => html(page.as_dialog()),
        Answer::Again(page) => html(*page),
        Answer::Refused(page) if fragment => refused(page.as_dialog()),
        Answer::Refused(page) => refused(*page),
    }
}

fn change(
    conn: &mut Conn,
    actor: &Actor,
    voucher: &InviteAuthority,
    seen: &InvitationListItem,
    typed: InvitationTermsForm,
) -> Result<(Answer, Events), AppError> {
    let was = &seen.invitation;
    let mut errors = FormErrors::none();
    if typed.companies.finds {
        let page = Edit::of(conn, actor, voucher, seen, typed, errors)?;
        return Ok((
            Answer::Again(Box::new(page)),
            Events::none("the companies were searched"),
        ));
    }
    let closed = rules::next(seen.standing(actor.cx.now), InvitationEvent::Edit).is_none();
    let person = Recipient {
        email: was.email.clone(),
        first_name: typed.first_name.clone(),
        last_name: typed.last_name.clone(),
        role: String::new(),
    };
    let person = errors.take("first_name", person.check());
    let terms = terms::read(conn, actor, voucher, &typed, &mut errors)?;
    if was.hands_over && terms.as_ref().is_some_and(|terms| terms.role != Role::Owner) {
        errors.add("role", "Who takes the organization over becomes its owner");
    }
    let (Some(person), Some(terms), true) = (person, terms, !closed && errors.is_empty()) else {
        let page = Edit::of(conn, actor, voucher, seen, typed, errors)?;
        return Ok((Answer::Refused(Box::new(page)), Events::none("the form was refused")));
    };
    let offer = offer(person, &terms, was.hands_over);
    let by = if was.hands_over { was.invited_by } else { voucher.user };
    if !invitation::edit(conn, was, by, &offer)? {
        errors.add(
            "role",
            "Somebody else changed this invitation in between. Open it again",
        );
        let page = Edit::of(conn, actor, voucher, seen, typed, errors)?;
        return Ok((Answer::Refused(Box::new(page)), Events::none("it changed in between")));
    }
    rewrite(conn, actor, seen)?;
    let named: Vec<String> = seen
        .grants
        .iter()
        .map(|grant| format!("{} ({})", grant.name, grant.role.label()))
        .collect();
    let event = Event::new(Action::InvitationEdited, "invitation", was.id, &was.email)
        .before(facts(was.role, &named, was.access_until))
        .after(facts(offer.role, &terms.named, offer.access_until));
    Ok((Answer::Done(actor.path("/invitations")), actor.event(event)))
}

fn offer(person: Checked, terms: &InvitationTerms, hands_over: bool) -> NewInvitation {
    NewInvitation {
        email: person.guest.email,
        first_name: person.guest.first_name,
        last_name: person.guest.last_name,
        role: terms.role,
        companies: terms.companies.clone(),
        message: terms.message.clone(),
        access_until: terms.access_until,
        hands_over,
    }
}

fn facts(role: Role, companies: &[String], access_until: Option<Time>) -> Value {
    json!({ "role": role.as_str(), "companies": companies, "access_until": access_until.map(Time::iso) })
}

/// A letter that has not left yet says what is offered now, with the same link.
fn rewrite(conn: &mut Conn, actor: &Actor, seen: &InvitationListItem) -> Result<(), AppError> {
    let was = &seen.invitation;
    let Some(before) = was.mail_id else { return Ok(()) };
    if !queries::letter_waits(conn, before)? {
        return Ok(());
    }
    let row = invitation::find(conn, actor.organization, was.id)?.ok_or(AppError::NotFound)?;
    if let Some(seed) = queries::seed(conn, actor.organization, was.id)? {
        outbox::withdraw(conn, before)?;
        email::invite(conn, &actor.cx, &row, seed)?;
    }
    Ok(())
}

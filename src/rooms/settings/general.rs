//! The general settings: what an organization says of itself.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::rules::{self, ProfileForm};
use crate::gate::Gate;
use crate::gate::db::Conn;
use crate::gate::deed::{self, Action, Deed, Deeds, History};
use crate::gate::member::Member;
use crate::gate::organization::{self, Region, UnitLabel};
use crate::gate::permission::{EditProfile, Permission, ViewOrganization};
use crate::gate::shell::Shell;
use crate::gate::tabs::{self, Tab};
use crate::ground::error::AppError;
use crate::ground::form::FormErrors;
use crate::ground::html::{html, refused, see_other};

#[derive(Template)]
#[template(path = "settings/general.html", blocks = ["profile"])]
struct GeneralPage {
    shell: Shell,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    path: String,
    slug: String,
    form: ProfileForm,
    errors: FormErrors,
    units: Vec<(&'static str, &'static str)>,
    regions: Vec<(&'static str, &'static str)>,
    history: Option<History>,
}

impl GeneralPage {
    fn of(member: &Member, conn: &mut Conn, form: ProfileForm, errors: FormErrors) -> Result<Self, AppError> {
        Ok(Self {
            shell: member.shell(conn, "settings")?,
            tabs: tabs::settings(member.rights),
            tab: "general",
            path: member.path("/settings"),
            slug: member.slug.clone(),
            history: deed::history(conn, member, "organization", member.organization)?,
            form,
            errors,
            units: UnitLabel::ALL
                .iter()
                .map(|unit| (unit.as_str(), unit.titles()))
                .collect(),
            regions: Region::ALL
                .iter()
                .map(|region| (region.as_str(), region.label()))
                .collect(),
        })
    }
}

/// `GET /organizations/{slug}/settings`: the first tab.
///
/// # Errors
/// What the gate refuses.
pub async fn first(gate: Gate<ViewOrganization>) -> Result<HttpResponse, AppError> {
    let path = gate
        .read(|member, conn| match tabs::settings(member.rights).first() {
            Some(tab) => Ok(member.path(&format!("/settings/{}", tab.key))),
            None => Err(member.refusal(conn, EditProfile::RIGHT)?),
        })
        .await?;
    Ok(see_other(gate.fragment(), &path))
}

/// `GET /organizations/{slug}/settings/general`
///
/// # Errors
/// What the gate refuses.
pub async fn edit(gate: Gate<EditProfile>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|member, conn| {
            let profile = organization::profile(conn, member.organization)?;
            GeneralPage::of(member, conn, ProfileForm::of(profile), FormErrors::none())
        })
        .await?;
    html(page)
}

/// `POST /organizations/{slug}/settings/general`
///
/// # Errors
/// What the gate refuses.
pub async fn save(gate: Gate<EditProfile>, form: web::Form<ProfileForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let profile = match form.parse() {
        Ok(profile) => profile,
        Err(errors) => {
            let page = gate
                .read(move |member, conn| GeneralPage::of(member, conn, form, errors))
                .await?;
            return if gate.fragment() {
                refused(page.as_profile())
            } else {
                refused(page)
            };
        }
    };
    let path = gate
        .write(move |member, conn| {
            let org = member.organization;
            let before = organization::profile(conn, org)?;
            let deeds = match rules::changes(&before, &profile) {
                None => Deeds::none("nothing changed"),
                Some((was, is)) => {
                    organization::set_profile(conn, org, &profile)?;
                    let deed = Deed::new(Action::OrganizationEdited, "organization", org, &profile.name);
                    member.did(deed.before(was).after(is))
                }
            };
            Ok((member.path("/settings/general"), deeds))
        })
        .await?;
    gate.tell("success", "Profile saved");
    Ok(see_other(gate.fragment(), &path))
}

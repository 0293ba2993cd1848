//! Fixtures: people, organizations and invitations created by the product's own services, without the pages. The pages
//! themselves are tested over HTTP.

use std::sync::OnceLock;

use actix_web::cookie::{Cookie, CookieJar};
use diesel::prelude::*;

use tenantry::app::Ctx;
use tenantry::audit::{Action, ActorRef, Event, Events};
use tenantry::auth::System;
use tenantry::auth::actor;
use tenantry::auth::current_user::CurrentUser;
use tenantry::authz::decision::AccessInputs;
use tenantry::authz::permission::{PermissionId, PermissionSet};
use tenantry::authz::role::{CompanyRole, Role};
use tenantry::authz::scope::Scopes;
use tenantry::authz::session_rules::{Proofs, SessionFacts};
use tenantry::common::email::Email;
use tenantry::common::id::{
    ApiKeyId, CompanyId, CustomRoleId, GroupId, ImportId, InvitationId, JoinId, LinkId, MailId, MembershipId, ReportId,
    RequestId, ResourceId, ReviewId, ReviewItemId, SupportId, UserId,
};
use tenantry::common::password;
use tenantry::common::slug::Slug;
use tenantry::common::time::{Span, Time};
use tenantry::common::token::Seed;
use tenantry::common::zone::Zone;
use tenantry::db::schema::{
    access_review_items, companies, company_assignments, invitation_tokens, invitations, memberships,
    organization_slugs,
};
use tenantry::db::types::MembershipStatus;
use tenantry::db::types::inventory::ResourceKind;
use tenantry::db::types::org_id::OrgId;
use tenantry::db::types::organization::{CompanyStatus, OrganizationType, Region, UnitLabel};
use tenantry::db::types::usage_import::ImportKind;
use tenantry::db::{Conn, affected};
use tenantry::models::access_request;
use tenantry::models::access_review as reviews;
use tenantry::models::api_key;
use tenantry::models::api_key::KeyTerms;
use tenantry::models::custom_role;
use tenantry::models::invitation;
use tenantry::models::invitation::{CompanyGrant, NewInvitation};
use tenantry::models::invitation_report;
use tenantry::models::membership;
use tenantry::models::membership::add::NewMembership;
use tenantry::models::membership::record::Membership;
use tenantry::models::membership::{Origin, group};
use tenantry::models::onboarding_link;
use tenantry::models::organization::NewOrganization;
use tenantry::models::resource;
use tenantry::models::resource::write::NewResource;
use tenantry::models::resource::{ResourceDetails, ResourceTerms};
use tenantry::models::session;
use tenantry::models::user;
use tenantry::services::invitations as invitations_service;
use tenantry::services::invitations::email::InvitationSender;
use tenantry::services::organizations::create;
use tenantry::services::support_sessions::begin::SupportRequest;
use tenantry::services::support_sessions::{begin, consent};
use tenantry::services::usage_imports;
use tenantry::services::usage_imports::create::ImportFile;

use crate::harness::client::Client;
use crate::harness::people::PASSWORD;
use crate::harness::test_app::TestApp;

/// One database transaction.
pub struct Fixtures<'a> {
    pub(super) cx: &'a Ctx,
    pub(super) conn: &'a mut Conn,
}

/// Name and value of a session cookie.
pub type SessionCookie = (String, String);

/// Starts all jobs at the same moment and returns their results in order.
pub fn simultaneously<T: Send, J: FnOnce() -> T + Send>(jobs: Vec<J>) -> Vec<T> {
    let barrier = std::sync::Barrier::new(jobs.len());
    std::thread::scope(|scope| {
        let threads: Vec<_> = jobs
            .into_iter()
            .map(|job| {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    job()
                })
            })
            .collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, T>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect()
    })
}

impl TestApp {
    /// Fails unless `tenantry doctor` finds no problems in this app's database.
    #[track_caller]
    pub fn expect_healthy(&self) {
        let output = self.doctor();
        assert!(
            output.status.success(),
            "doctor finds problems:\n{}",
            crate::harness::server_process::output_text(&output)
        );
    }

    /// Runs `tenantry doctor`.
    pub fn doctor(&self) -> std::process::Output {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tenantry"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TENANTRY_")) {
            command.env_remove(name);
        }
        command
            .arg("doctor")
            .current_dir(self.file(""))
            .env("TENANTRY_DATA_DIR", self.file(""))
            .env("TENANTRY_DATABASE_URL", self.database.url())
            .output()
            .expect("the program")
    }

    /// Creates fixtures in one transaction.
    #[track_caller]
    pub fn fixtures<T>(&self, work: impl FnOnce(&mut Fixtures<'_>) -> T) -> T {
        let system = System::of(self.product(), "test");
        system
            .write(|cx, conn| {
                // The verbs know whose pages they change only together with the services that call them.
                affected::everyone();
                Ok((work(&mut Fixtures { cx, conn }), Events::none("test fixtures")))
            })
            .expect("the fixtures are saved")
    }

    /// Adds an audit event: the app edited a company.
    #[track_caller]
    pub fn add_audit_event(&self, slug: &str, company: &str) {
        let system = System::of(self.product(), "test");
        system
            .write(|cx, conn| {
                let organization = Fixtures { cx, conn }.organization_of(slug);
                let event = Event::new(Action::CompanyEdited, "company", company, "North")
                    .before(serde_json::json!({ "name": "Nord" }))
                    .after(serde_json::json!({ "name": "North" }));
                Ok(((), Events::organization(organization, event)))
            })
            .expect("an audit event");
    }

    /// A client with this session cookie.
    pub fn client_with(&self, (name, value): &SessionCookie) -> Client {
        let client = self.client();
        client.set_cookie(name, value);
        client
    }

    /// The date this many days from the app's today, in the format of date fields.
    pub fn day(&self, ahead: i64) -> String {
        (self.product().clock.now() + Span::days(ahead)).day(Zone::UTC)
    }

    /// A client signed in to an existing account, without the login form.
    #[track_caller]
    pub fn signed_in(&self, email: &str) -> Client {
        let cookie = self.fixtures(|fixtures| {
            let user = fixtures.user(email);
            fixtures.session_cookie(user)
        });
        self.client_with(&cookie)
    }
}

/// The hash of everyone's password, computed once because it costs as much as twenty requests.
fn hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| password::hash_now(PASSWORD).expect("a hash"))
}

impl Fixtures<'_> {
    /// An account; `verified` as by the emailed link.
    pub fn account(&mut self, name: &str, email: &str, verified: bool) -> UserId {
        let address = Email::parse(email).expect("an address");
        let account = tenantry::models::user::add(self.conn, self.cx, name, &address, hash())
            .expect("the database")
            .unwrap_or_else(|| panic!("{email} has an account already"));
        if verified {
            let _ = tenantry::services::accounts::verification::mark_verified(self.conn, self.cx, &account)
                .expect("the database");
        }
        account.id
    }

    /// The account of an address.
    pub fn user(&mut self, email: &str) -> UserId {
        let address = Email::parse(email).expect("an address");
        tenantry::models::user::by_email(self.conn, &address)
            .expect("the database")
            .unwrap_or_else(|| panic!("{email} has no account"))
            .id
    }

    /// Makes an account an operator.
    pub fn appoint(&mut self, user: UserId) {
        let ((), _) = tenantry::services::operators::appoint::appoint(self.conn, user).expect("a verified account");
    }

    /// Turns support access of an organization on or off.
    pub fn consent(&mut self, organization: OrgId, allowed: bool) {
        let ((), _) = consent::set(self.conn, self.cx.now, organization, allowed, "Olivia Hart").expect("the database");
    }

    /// A support session of half an hour; `None` if support access is off.
    pub fn start_support_session(&mut self, organization: OrgId, operator: UserId) -> Option<SupportId> {
        let operator = user::by_id(self.conn, operator).expect("an account");
        let request = SupportRequest {
            reason: "Ticket 4711".into(),
            length: Span::minutes(30),
        };
        let begun = begin::begin(
            self.conn,
            self.cx,
            (operator.id, &operator.name),
            organization,
            &request,
        );
        begun.ok().map(|(id, _)| id)
    }

    pub fn email_of_invitation(&mut self, organization: OrgId, invitation: InvitationId) -> MailId {
        let found: Option<MailId> = invitations::table
            .find((organization, invitation))
            .select(invitations::mail_id)
            .first(self.conn)
            .expect("an invitation");
        found.expect("an email")
    }

    /// A session, as created by signing in.
    pub fn session_cookie(&mut self, user: UserId) -> SessionCookie {
        self.proved_session(user, Proofs::of_password(self.cx.now))
    }

    /// A session that proved this.
    pub fn proved_session(&mut self, user: UserId, proofs: Proofs) -> SessionCookie {
        let (token, _) = session::begin(self.conn, self.cx, user, proofs).expect("a session");
        let text = format!(r#"{{"token":"\"{}\""}}"#, token.as_str());
        let mut jar = CookieJar::new();
        jar.private_mut(&self.cx.app.keys.cookie())
            .add(Cookie::new("session", text));
        let sealed = jar.get("session").expect("just added").value().to_owned();
        ("session".to_owned(), sealed)
    }

    /// The present time of the app.
    pub fn now(&self) -> Time {
        self.cx.now
    }

    /// What the answer of a passkey says in the newest session of a person; `None` when it is refused.
    pub fn prove_with_passkey(&mut self, email: &str, answer: &str) -> Option<Proofs> {
        use tenantry::services::accounts::passkeys;
        let id = self.user(email);
        let account = user::by_id(self.conn, id).expect("an account");
        let sessions = session::of_user(self.conn, id, self.cx.now).expect("the database");
        let newest = sessions
            .iter()
            .max_by_key(|session| session.created_at)
            .expect("a session");
        let person = CurrentUser {
            id,
            name: account.name.clone(),
            email: account.address(),
            verified: true,
            operator: false,
            organization_limit: None,
            zone: None,
            session: newest.id,
            cx: self.cx.clone(),
            facts: SessionFacts {
                proofs: Proofs::default(),
                began: newest.created_at,
                seen: newest.last_seen_at,
                longest_idle: Span(0),
            },
            second_factor: true,
        };
        match passkeys::prove(self.conn, &person, answer).expect("no failure").0 {
            passkeys::confirmation::Confirmation::Accepted(proofs) => Some(proofs),
            passkeys::confirmation::Confirmation::Refused(_) => None,
        }
    }

    /// An organization with its first company and its owner.
    pub fn organization(&mut self, name: &str, slug: &str, owner: UserId) -> OrgId {
        let new = NewOrganization {
            name: name.to_owned(),
            slug: Slug::parse(slug).expect("a slug"),
            organization_type: OrganizationType::Enterprise,
            unit: UnitLabel::Company,
            region: Region::Europe,
            domain: String::new(),
        };
        let (organization, _) = create::create(self.conn, self.cx, owner, &new).expect("a free slug");
        organization
    }

    pub fn company(&mut self, organization: OrgId, company: &str, slug: &str) -> CompanyId {
        let slug = Slug::parse(slug).expect("a slug");
        tenantry::models::new_company::create(self.conn, organization, self.cx.now, company, &slug)
            .expect("the database")
            .expect("a free slug")
    }

    pub fn archive(&mut self, organization: OrgId, company: CompanyId) {
        tenantry::models::company::set_status(
            self.conn,
            organization,
            company,
            CompanyStatus::Archived,
            Some(self.cx.now),
        )
        .expect("the database");
    }

    /// Archives and deletes a company.
    pub fn delete_company(&mut self, organization: OrgId, by: UserId, company: CompanyId) {
        self.archive(organization, company);
        let by = self.membership(organization, by);
        tenantry::models::deleted_company::delete(self.conn, self.cx.now, organization, company, by)
            .expect("the database")
            .expect("an archived company");
    }

    /// A member, with assignments.
    pub fn add_member(
        &mut self,
        organization: OrgId,
        user: UserId,
        role: &str,
        companies: &[(CompanyId, &str)],
    ) -> MembershipId {
        let with = NewMembership {
            role: Role::parse(role).expect("a role"),
            access_until: None,
            invited_by: None,
            origin: Origin::Invite,
            companies: roles(companies),
        };
        membership::add(self.conn, self.cx, organization, user, &with)
            .expect("the database")
            .expect("the account is not a member yet")
    }

    /// A running review, of all companies by default; it sends no emails.
    pub fn review(&mut self, organization: OrgId, by: UserId, companies: Option<Vec<CompanyId>>) -> ReviewId {
        let new = reviews::NewReview {
            name: "Autumn review".to_owned(),
            due_at: self.cx.now + Span::days(30),
            by,
            companies,
        };
        let id = reviews::insert(self.conn, organization, self.cx.now, &new)
            .expect("the database")
            .expect("no other review is open");
        while !reviews::collect::step(self.conn, organization, id).expect("the database") {}
        id
    }

    /// A closed review in which no one confirmed the member's assignment.
    pub fn closed_review(
        &mut self,
        organization: OrgId,
        by: UserId,
        (member, company): (MembershipId, CompanyId),
    ) -> (ReviewId, ReviewItemId) {
        let role = CompanyRole::Viewer;
        membership::assign(self.conn, self.cx, organization, member, company, role, Origin::Direct)
            .expect("the database");
        let id = self.review(organization, by, Some(vec![company]));
        assert!(
            tenantry::models::access_review::closing::begin(self.conn, organization, id, Some(by))
                .expect("the database")
        );
        let _ = tenantry::services::access_reviews::close::close_small(self.conn, self.cx, organization, id)
            .expect("the database");
        let first = reviews::removed::RemovedFilter::After(None, 1);
        let lost = reviews::removed::list(self.conn, organization, id, first).expect("the database");
        (id, lost.first().expect("a removed assignment").id)
    }

    /// The item of a member in a review.
    pub fn review_item(&mut self, organization: OrgId, review: ReviewId, member: MembershipId) -> ReviewItemId {
        access_review_items::table
            .filter(access_review_items::organization_id.eq(organization))
            .filter(access_review_items::review_id.eq(review))
            .filter(access_review_items::membership_id.eq(member))
            .select(access_review_items::id)
            .first(self.conn)
            .expect("an item")
    }

    pub fn organization_of(&mut self, slug: &str) -> OrgId {
        organization_slugs::table
            .find(slug)
            .select(organization_slugs::organization_id)
            .first(self.conn)
            .expect("an organization")
    }

    pub fn company_of(&mut self, organization: OrgId, slug: &str) -> CompanyId {
        companies::table
            .filter(companies::organization_id.eq(organization))
            .filter(companies::slug.eq(slug))
            .select(companies::id)
            .first(self.conn)
            .expect("a company")
    }

    /// Assigns a member to a company.
    pub fn assign(&mut self, organization: OrgId, member: MembershipId, company: CompanyId, role: &str) {
        let role = CompanyRole::parse(role).expect("a company role");
        membership::assign(self.conn, self.cx, organization, member, company, role, Origin::Direct)
            .expect("the database");
    }

    pub fn suspend(&mut self, organization: OrgId, member: MembershipId) {
        let record = Membership::find(self.conn, organization, member).expect("a member");
        let outcome = membership::suspend(self.conn, self.cx, organization, &record, None, "").expect("the database");
        assert_eq!(outcome, membership::MembershipOutcome::Done);
    }

    /// A file with one event that is not imported yet.
    pub fn usage_import(&mut self, organization: OrgId, by: MembershipId) -> ImportId {
        let file = ImportFile::read(
            ImportKind::Events,
            "usage.csv",
            "company,meter,quantity,id\nnorth,calls,1,a1\n",
        )
        .expect("a file");
        usage_imports::create::keep(self.conn, organization, by, self.cx.now, &file).expect("the database")
    }

    /// The membership of an account.
    pub fn membership(&mut self, organization: OrgId, user: UserId) -> MembershipId {
        memberships::table
            .filter(memberships::organization_id.eq(organization))
            .filter(memberships::user_id.eq(user))
            .select(memberships::id)
            .first(self.conn)
            .expect("a membership")
    }

    /// A group that grants a role and companies.
    pub fn group(
        &mut self,
        organization: OrgId,
        by: UserId,
        name: &str,
        role: &str,
        companies: &[(CompanyId, &str)],
    ) -> GroupId {
        let terms = membership::group::GroupTerms {
            name: name.to_owned(),
            description: String::new(),
            role: Role::parse(role).expect("a role"),
            companies: roles(companies),
        };
        membership::group::create(self.conn, self.cx, organization, by, &terms)
            .expect("the database")
            .expect("a free name")
    }

    pub fn add_to_group(&mut self, organization: OrgId, group: GroupId, member: &str) {
        let member = MembershipId::parse(member).expect("a membership");
        let joined = membership::group::put(self.conn, self.cx, organization, group, member).expect("the database");
        assert!(joined, "{member} is in the group already");
    }

    /// A member's permissions and assignments as one text, for comparison.
    pub fn access_summary(&mut self, organization: OrgId, member: &str) -> String {
        type Assignment = (String, String, Option<String>, String, Option<i64>);
        let id = MembershipId::parse(member).expect("a membership");
        let access_inputs =
            membership::access::access_inputs(self.conn, self.cx.now, organization, id).expect("a member");
        let mut assignments: Vec<Assignment> = company_assignments::table
            .filter(company_assignments::organization_id.eq(organization))
            .filter(company_assignments::membership_id.eq(id))
            .select((
                company_assignments::company_id,
                company_assignments::role,
                company_assignments::direct_role,
                company_assignments::origin,
                company_assignments::access_until,
            ))
            .load(self.conn)
            .expect("the database");
        assignments.sort();
        let mut roles: Vec<String> = access_inputs.roles.iter().map(|held| format!("{held:?}")).collect();
        roles.sort();
        format!(
            "{:?} {roles:?} {:?} {assignments:?}",
            access_inputs.permissions(),
            access_inputs.overrides
        )
    }

    /// The inputs of a member's permissions; without roles for a removed member.
    pub fn access_inputs(&mut self, organization: OrgId, id: &str) -> AccessInputs {
        let id = MembershipId::parse(id).expect("a membership's id");
        let access_inputs =
            membership::access::access_inputs(self.conn, self.cx.now, organization, id).expect("access inputs");
        let status: MembershipStatus = memberships::table
            .find((organization, id))
            .select(memberships::status)
            .first(self.conn)
            .expect("a membership");
        match status {
            MembershipStatus::Removed => AccessInputs {
                roles: Vec::new(),
                companies: Vec::new(),
                ..access_inputs
            },
            _ => access_inputs,
        }
    }

    fn grants(&mut self, organization: OrgId, companies: &[(CompanyId, &str)]) -> Vec<CompanyGrant> {
        let grant = |(company, role)| {
            let name: String = companies::table
                .find((organization, company))
                .select(companies::name)
                .first(self.conn)
                .expect("a company");
            CompanyGrant {
                company,
                name,
                status: CompanyStatus::Active,
                role,
            }
        };
        roles(companies).into_iter().map(grant).collect()
    }

    /// A pending invitation with its email: its id, and the token of its link.
    pub fn invitation(
        &mut self,
        organization: OrgId,
        by: UserId,
        email: &str,
        role: &str,
        companies: &[(CompanyId, &str)],
    ) -> (InvitationId, String) {
        let sender = user::by_id(self.conn, by).expect("an account");
        let profile = tenantry::models::organization::profile(self.conn, organization).expect("an organization");
        let sender = InvitationSender {
            user: sender.id,
            name: sender.name,
            email: sender.email,
            organization: profile.name,
            zone: Zone::UTC,
            unit: profile.unit,
        };
        let new = NewInvitation {
            email: Email::parse(email).expect("an address"),
            first_name: String::new(),
            last_name: String::new(),
            role: Role::parse(role).expect("a role"),
            companies: self.grants(organization, companies),
            message: String::new(),
            access_until: None,
            hands_over: false,
        };
        let _ = invitations_service::create::save(self.conn, self.cx, organization, &sender, vec![new])
            .expect("no invitation is open");
        let (id, seed): (InvitationId, String) = invitation_tokens::table
            .inner_join(
                invitations::table.on(invitations::organization_id
                    .eq(invitation_tokens::organization_id)
                    .and(invitations::id.eq(invitation_tokens::invitation_id))),
            )
            .filter(invitations::organization_id.eq(organization))
            .filter(invitations::email.eq(email))
            .filter(invitation_tokens::is_current.eq(true))
            .order(invitations::created_at.desc())
            .select((invitations::id, invitation_tokens::seed))
            .first(self.conn)
            .expect("the invitation");
        let token = self.cx.token(&Seed(seed)).as_str().to_owned();
        (id, token)
    }

    /// A report of an invitation by its recipient.
    pub fn report(&mut self, organization: OrgId, invitation: InvitationId) -> ReportId {
        let reported = tenantry::models::invitation::find(self.conn, organization, invitation)
            .expect("the database")
            .expect("an invitation");
        invitation_report::insert(self.conn, self.cx.now, &reported, "I don’t know this organization")
            .expect("the database");
        invitation_report::of_invitation(self.conn, organization, invitation)
            .expect("the database")
            .expect("a report")
            .id
    }

    /// A custom role; `permissions` are keys separated by spaces.
    pub fn custom_role(
        &mut self,
        organization: OrgId,
        by: UserId,
        name: &str,
        base: &str,
        permissions: &str,
    ) -> CustomRoleId {
        let draft = custom_role::CustomRoleTerms {
            name: name.to_owned(),
            description: String::new(),
            base: Role::parse(base).expect("a role"),
            permissions: PermissionSet::read(permissions),
        };
        match custom_role::create(self.conn, self.cx, organization, by, &draft.complete()).expect("the database") {
            custom_role::CustomRoleOutcome::Done(id) => id,
            other => panic!("{name}: {other:?}"),
        }
    }

    /// Assigns a custom role.
    pub fn give(&mut self, organization: OrgId, member: MembershipId, role: CustomRoleId) {
        let record = Membership::find(self.conn, organization, member).expect("a member");
        let base = custom_role::find(self.conn, organization, role)
            .expect("the database")
            .expect("the role")
            .base;
        let done = membership::set_custom_role(self.conn, self.cx, organization, &record, role, base);
        assert_eq!(done.expect("the database"), membership::MembershipOutcome::Done);
    }

    /// An open access request for a permission, by its key.
    pub fn request(
        &mut self,
        organization: OrgId,
        member: MembershipId,
        permission: &str,
        company: Option<CompanyId>,
    ) -> RequestId {
        let wish = access_request::NewAccessRequest {
            permission: PermissionId::parse(permission).expect("a permission"),
            company,
            note: "For the quarterly report".into(),
        };
        match access_request::create(self.conn, self.cx, organization, member, &wish).expect("the database") {
            access_request::RequestedAccess::New(id) => id,
            other => panic!("{permission}: {other:?}"),
        }
    }

    /// An onboarding link, and its token.
    pub fn link(&mut self, organization: OrgId, by: UserId, terms: &onboarding_link::LinkTerms) -> (LinkId, String) {
        let id = onboarding_link::create(self.conn, self.cx, organization, by, terms).expect("the database");
        let row = onboarding_link::find(self.conn, organization, id.as_str()).expect("the link");
        (id, self.cx.token(&row.seed()).as_str().to_owned())
    }

    /// An API key of a member: its id and its text. `scopes`: separated by spaces.
    pub fn api_key(
        &mut self,
        organization: OrgId,
        user: UserId,
        scopes: &str,
        company: Option<CompanyId>,
    ) -> (ApiKeyId, String) {
        let membership = self.membership(organization, user);
        let terms = KeyTerms {
            name: "Warehouse sync".into(),
            scopes: Scopes::read(scopes),
            company,
            expires_at: None,
            allowed_ips: String::new(),
        };
        let owner = api_key::write::KeyOwner { membership, user };
        let (id, key) =
            api_key::write::create(self.conn, self.cx, organization, owner, &terms, None).expect("the database");
        (id, key.as_str().to_owned())
    }

    /// A resource without details of its kind.
    pub fn resource(
        &mut self,
        organization: OrgId,
        by: UserId,
        kind: &str,
        name: &str,
        company: Option<CompanyId>,
    ) -> ResourceId {
        let new = NewResource {
            kind: ResourceKind::parse(kind).expect("a kind"),
            company,
            terms: ResourceTerms {
                name: name.to_owned(),
                external_ref: None,
                details: ResourceDetails::default(),
                sync: None,
            },
            created_by: by,
        };
        resource::write::create(self.conn, organization, self.cx.now, &new).expect("the database")
    }

    /// An open request to join.
    pub fn join_request(&mut self, organization: OrgId, link: LinkId, user: UserId, company: &str) -> JoinId {
        let row = onboarding_link::find(self.conn, organization, link.as_str()).expect("the link");
        tenantry::models::join_request::create(self.conn, self.cx, &row, user, company)
            .expect("the database")
            .expect("no request waits")
    }
}

/// The terms of a link that adds members without approval.
pub fn open_link(name: &str) -> onboarding_link::LinkTerms {
    onboarding_link::LinkTerms {
        name: name.to_owned(),
        purpose: onboarding_link::LinkPurpose::Join,
        role: Role::Member,
        company_role: CompanyRole::Viewer,
        companies: Vec::new(),
        domains: Vec::new(),
        approval: false,
        max_uses: None,
        expires_at: None,
    }
}

fn roles(companies: &[(CompanyId, &str)]) -> Vec<(CompanyId, CompanyRole)> {
    let role = |role: &str| CompanyRole::parse(role).expect("a company role");
    companies.iter().map(|(company, text)| (*company, role(text))).collect()
}

//! People who sign up, create organizations and invite each other through the pages.

use crate::harness::client::Client;
use crate::harness::test_app::TestApp;

/// Everyone's password.
pub const PASSWORD: &str = "correct-horse-battery-9";

impl TestApp {
    /// Signs up, follows the link in the email, and signs in.
    #[track_caller]
    pub fn sign_up(&self, name: &str, email: &str) -> Client {
        let client = self.client();
        let fields = [
            ("name", name),
            ("email", email),
            ("password", PASSWORD),
            ("terms", "on"),
        ];
        client.post("/signup", &fields).expect(303);
        let link = self.mail_to(email).link("/verify/");
        client.get(&link).expect(200);
        client.post(&link, &[]).expect(303);
        client.clear_cookies();
        self.sign_in(email)
    }

    /// Signs in to an existing account.
    #[track_caller]
    pub fn sign_in(&self, email: &str) -> Client {
        let client = self.client();
        client
            .post("/login", &[("email", email), ("password", PASSWORD)])
            .expect(303);
        client
    }

    /// Creates an organization with its owner: `olivia@SLUG.test`.
    #[track_caller]
    pub fn owner_of(&self, organization: &str, slug: &str) -> Client {
        let email = format!("olivia@{slug}.test");
        let client = self.sign_up("Olivia Hart", &email);
        create_organization(&client, organization, slug, &email);
        client
    }

    /// Invites an address without an account, signs up and accepts. `role` is the organization role, such as `admin`.
    #[track_caller]
    pub fn member(&self, owner: &Client, slug: &str, name: &str, email: &str, role: &str) -> Client {
        invite(owner, slug, email, role);
        let client = self.sign_up(name, email);
        self.accept(&client, email);
        client
    }

    /// Accepts the newest invitation to this address.
    #[track_caller]
    pub fn accept(&self, client: &Client, email: &str) {
        let emails = self.emails_to(email);
        let message = emails.iter().rfind(|message| message.text.contains("/invitations/"));
        let link = message
            .unwrap_or_else(|| panic!("no invitation to {email}"))
            .link("/invitations/");
        client.get(&link).expect(200);
        client.post(&format!("{link}/acceptance"), &[]).expect(303);
    }
}

#[track_caller]
pub fn create_organization(client: &Client, organization: &str, slug: &str, owner_email: &str) {
    let fields = [
        ("name", organization),
        ("slug", slug),
        ("domain", ""),
        ("region", "eu"),
        ("organization_type", "partner"),
        ("owner_email", owner_email),
    ];
    client.post("/organizations", &fields).expect(303);
}

/// Invites one address to the organization.
#[track_caller]
pub fn invite(client: &Client, slug: &str, email: &str, role: &str) {
    invite_with(client, slug, email, role, &[]);
}

/// Invites one address, with additional fields: `company_id`, `company_role`, `message`, `access_until`.
#[track_caller]
pub fn invite_with(client: &Client, slug: &str, email: &str, role: &str, more: &[(&str, &str)]) {
    let mut fields = vec![("emails", email), ("first_name", ""), ("last_name", ""), ("role", role)];
    for name in ["company_role", "message", "access_until"] {
        if more.iter().all(|(n, _)| *n != name) {
            fields.push((name, ""));
        }
    }
    fields.extend(more);
    client
        .post(&format!("/organizations/{slug}/invitations"), &fields)
        .expect(303);
}

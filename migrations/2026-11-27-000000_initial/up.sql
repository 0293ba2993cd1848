-- One file for both engines. Times are BIGINT microseconds since 1970 (UTC), identifiers are UUIDv7 in 32 hex digits,
-- sort keys and search words are bytes (BYTEA) so that both engines order them alike, whatever the collation.
-- Every tenant table's key begins with organization_id, so that a distributed PostgreSQL can place a tenant on one node.

CREATE TABLE instance (
    id INTEGER NOT NULL PRIMARY KEY,
    operator_id TEXT,
    -- Of secret.key, so that data is not served with another key unnoticed; NULL before the first start.
    key_fingerprint TEXT,
    created_at BIGINT NOT NULL
);
INSERT INTO instance (id, operator_id, key_fingerprint, created_at) VALUES (1, NULL, NULL, 0);

-- As organizations.page_version, for what concerns everyone. One row, and no part of the one above, which is a lock for others.
CREATE TABLE instance_pages (
    id INTEGER NOT NULL PRIMARY KEY,
    page_version BIGINT NOT NULL
);
INSERT INTO instance_pages (id, page_version) VALUES (1, 0);

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    email_verified_at BIGINT,
    is_operator BOOLEAN NOT NULL,
    organization_limit INTEGER,
    -- Invitations a day; NULL for the limit of the instance.
    invitation_limit INTEGER,
    created_at BIGINT NOT NULL,
    -- NULL: the time zone of each organization.
    timezone TEXT,
    -- As organizations.page_version, for what only this person's pages show.
    page_version BIGINT NOT NULL DEFAULT 0,
    -- Whether the account has an authenticator app or a passkey; updated with each change of either.
    second_factor BOOLEAN NOT NULL DEFAULT FALSE,
    -- Raised when someone says that a sign-in was not theirs: every device counts as new from then on.
    device_epoch INTEGER NOT NULL DEFAULT 0,
    -- NULL before the first sign-in.
    first_sign_in_at BIGINT
);
CREATE INDEX users_operators ON users (id) WHERE is_operator;

CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id),
    ip TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    -- When each proof was last given in this session.
    password_at BIGINT,
    totp_at BIGINT,
    backup_code_at BIGINT,
    -- A passkey of a device that did not check who held it, and one that did.
    passkey_at BIGINT,
    verified_passkey_at BIGINT,
    -- The longest pause between two requests since the last proof.
    longest_idle BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX sessions_by_user ON sessions (user_id);
-- What is cleaned up is found by its time.
CREATE INDEX sessions_by_use ON sessions (last_seen_at);
CREATE INDEX sessions_by_age ON sessions (created_at);

-- Authenticator apps. Without confirmed_at the account has none.
CREATE TABLE totp_secrets (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id),
    -- Sealed with the key file.
    secret TEXT NOT NULL,
    confirmed_at BIGINT,
    -- How often an app was set up: each time has another secret.
    generation INTEGER NOT NULL,
    -- The last time step whose code was accepted: no code counts twice.
    last_step BIGINT NOT NULL
);

CREATE TABLE backup_codes (
    user_id TEXT NOT NULL REFERENCES users (id),
    code_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (user_id, code_hash)
);

CREATE TABLE passkeys (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    credential_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- The credential with its public key, as webauthn-rs writes it (JSON).
    credential TEXT NOT NULL,
    -- The highest signature counter so far.
    counter BIGINT NOT NULL,
    backup_eligible BOOLEAN NOT NULL,
    backed_up BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX passkeys_by_user ON passkeys (user_id, id);

-- What a passkey is asked for, until it answers or a few minutes have passed.
CREATE TABLE passkey_ceremonies (
    challenge_hash TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    -- NULL when the account is not known yet.
    user_id TEXT REFERENCES users (id),
    -- The session, or the step of a sign-in, that it belongs to.
    holder TEXT,
    -- As webauthn-rs writes it (JSON).
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX passkey_ceremonies_by_end ON passkey_ceremonies (expires_at);

-- A sign-in whose password was correct and whose second factor is awaited.
CREATE TABLE sign_in_steps (
    token_hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    -- Ends with the password that was checked.
    password_hash TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_in_steps_by_user ON sign_in_steps (user_id);
CREATE INDEX sign_in_steps_by_end ON sign_in_steps (expires_at);

CREATE TABLE email_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    email TEXT NOT NULL,
    next TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX email_tokens_by_user ON email_tokens (user_id, kind, created_at);
CREATE INDEX email_tokens_by_end ON email_tokens (expires_at);
CREATE INDEX email_tokens_used ON email_tokens (used_at) WHERE used_at IS NOT NULL;

CREATE TABLE login_attempts (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    ip TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- What counts apart from the address: a session or a known device; empty for everyone else.
    source TEXT NOT NULL DEFAULT '',
    at BIGINT NOT NULL
);
CREATE INDEX login_attempts_by_email ON login_attempts (email, kind, at);
CREATE INDEX login_attempts_by_ip ON login_attempts (ip, kind, at);
CREATE INDEX login_attempts_by_age ON login_attempts (at);

-- What was requested for an address, whether it has an account or not. A job answers by email and deletes the row.
CREATE TABLE account_requests (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    email TEXT NOT NULL,
    -- The path to continue with, or empty.
    next TEXT NOT NULL,
    -- The account that a sign-up creates; empty otherwise.
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    -- Whether an account that exists gets an email: the address had not got its emails of this hour.
    reminds BOOLEAN NOT NULL,
    ip TEXT NOT NULL,
    agent TEXT NOT NULL,
    request_id TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX account_requests_by_age ON account_requests (created_at);

CREATE TABLE account_events (
    user_id TEXT NOT NULL REFERENCES users (id),
    id TEXT NOT NULL,
    -- The version of the record.
    v INTEGER NOT NULL,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    actor_name TEXT NOT NULL,
    on_behalf_of TEXT,
    ip TEXT NOT NULL,
    agent TEXT NOT NULL,
    request_id TEXT NOT NULL,
    action TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    target_label TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    PRIMARY KEY (user_id, id)
);

CREATE TABLE organizations (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    organization_type TEXT NOT NULL,
    unit_label TEXT NOT NULL,
    status TEXT NOT NULL,
    region TEXT NOT NULL,
    domain TEXT NOT NULL,
    owner_count INTEGER NOT NULL,
    -- Kept with each change, so that no page counts.
    active_companies BIGINT NOT NULL DEFAULT 0,
    archived_companies BIGINT NOT NULL DEFAULT 0,
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    timezone TEXT NOT NULL DEFAULT 'UTC',
    currency TEXT NOT NULL DEFAULT 'USD',
    -- Cells of the permission table overridden for whole roles (JSON), or empty.
    policies TEXT NOT NULL DEFAULT '',
    -- A second owner must approve irreversible changes.
    dual_control BOOLEAN NOT NULL DEFAULT FALSE,
    -- Whether operators may open support sessions, and who allowed it.
    support_consent BOOLEAN NOT NULL DEFAULT FALSE,
    support_consent_by TEXT NOT NULL DEFAULT '',
    -- Set while deletion is pending; the organization is read-only until then.
    delete_after BIGINT,
    -- The sum of companies.member_count; updated with each change.
    assignment_count BIGINT NOT NULL DEFAULT 0,
    -- Raised by every write that a page of the organization may show: a stored page of another version is not shown.
    page_version BIGINT NOT NULL DEFAULT 0,
    -- Invitations whose status is pending, also those past their end that are not closed yet; updated with each change.
    pending_invitations BIGINT NOT NULL DEFAULT 0,
    -- Who needs a second factor, and from when on it is enforced.
    two_factor TEXT NOT NULL DEFAULT 'off',
    two_factor_from BIGINT,
    two_factor_grace_days INTEGER NOT NULL DEFAULT 14,
    -- When owners are next reminded of the security checklist.
    checklist_due_at BIGINT,
    -- Which reminder is being sent before it is enforced (0 none, 1 a week before, 2 a day before), and after which member it goes on
    -- (NULL: all of them got it).
    two_factor_reminder INTEGER NOT NULL DEFAULT 0,
    two_factor_reminded TEXT,
    -- How long a session lasts here without activity and in all; NULL for the instance's.
    idle_minutes INTEGER,
    absolute_hours INTEGER,
    -- How old the last proof may be for sensitive changes.
    step_up_minutes INTEGER NOT NULL DEFAULT 15,
    -- Members who proved who they are before this time must do it again.
    sessions_from BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX organizations_by_creator ON organizations (created_by);
-- The instants at which reminders are due are found by the end of the grace period.
CREATE INDEX organizations_by_grace ON organizations (two_factor_from) WHERE two_factor_from IS NOT NULL;
CREATE INDEX organizations_by_checklist ON organizations (checklist_due_at) WHERE checklist_due_at IS NOT NULL;
CREATE INDEX organizations_ending ON organizations (delete_after) WHERE delete_after IS NOT NULL;
CREATE INDEX organizations_consenting ON organizations (id) WHERE support_consent;

CREATE TABLE organization_slugs (
    slug TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    is_current BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX organization_slugs_by_organization ON organization_slugs (organization_id);
CREATE UNIQUE INDEX organization_slugs_current ON organization_slugs (organization_id) WHERE is_current;

-- Answers that were given when the organization was created. Only operators see them.
CREATE TABLE organization_intake (
    organization_id TEXT NOT NULL PRIMARY KEY REFERENCES organizations (id),
    industry TEXT NOT NULL,
    team_size TEXT NOT NULL,
    purpose TEXT NOT NULL,
    source TEXT NOT NULL
);

-- What an account typed into the form of a new organization, until it is created.
CREATE TABLE organization_drafts (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id),
    -- The fields of the form (JSON).
    fields TEXT NOT NULL,
    saved_at BIGINT NOT NULL
);
CREATE INDEX organization_drafts_by_age ON organization_drafts (saved_at);

CREATE TABLE role_counts (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    role TEXT NOT NULL,
    members BIGINT NOT NULL,
    -- Suspended members are included in members, and not in companies.member_count.
    suspended BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (organization_id, role)
);

CREATE TABLE companies (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    sort_name BYTEA NOT NULL,
    status TEXT NOT NULL,
    -- Assigned members who are not in it by their organization role; updated with each change.
    member_count BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    archived_at BIGINT,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, slug)
);
CREATE INDEX companies_by_name ON companies (organization_id, status, sort_name, id);

-- The words of names by their beginning. Status and sort key are the company's own: who searches reads no company that is not shown.
CREATE TABLE company_search_terms (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    status TEXT NOT NULL,
    word BYTEA NOT NULL,
    sort_name BYTEA NOT NULL,
    company_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, status, word, sort_name, company_id),
    FOREIGN KEY (organization_id, company_id) REFERENCES companies (organization_id, id)
);
CREATE INDEX company_search_terms_by_company ON company_search_terms (organization_id, company_id, word);

-- Earlier addresses of companies: they redirect and stay reserved. Without a foreign key, because a deleted company keeps
-- its addresses until it is deleted permanently.
CREATE TABLE former_company_slugs (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    slug TEXT NOT NULL,
    company_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, slug)
);
CREATE INDEX former_company_slugs_by_company ON former_company_slugs (organization_id, company_id, created_at);

-- Companies that can be restored. Their row in companies is gone, so that no page shows them.
CREATE TABLE deleted_companies (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    archived_at BIGINT,
    -- A membership.
    deleted_by TEXT NOT NULL,
    deleted_at BIGINT NOT NULL,
    delete_after BIGINT NOT NULL,
    -- Set when its rows are being deleted; it can't be restored then.
    is_begun BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX deleted_companies_due ON deleted_companies (delete_after);

CREATE TABLE memberships (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    status TEXT NOT NULL,
    access_until BIGINT,
    invited_by TEXT,
    joined_at BIGINT NOT NULL,
    last_seen_at BIGINT,
    removed_at BIGINT,
    removed_by TEXT,
    -- NULL once removed, so that no list finds a removed member.
    sort_name BYTEA,
    -- role is the effective role: the highest of direct_role and the groups' roles.
    direct_role TEXT NOT NULL DEFAULT '',
    custom_role_id TEXT,
    -- Cells of the permission table overridden for this member (JSON), or empty.
    overrides TEXT NOT NULL DEFAULT '',
    -- In how many groups; updated with each change.
    group_count INTEGER NOT NULL DEFAULT 0,
    suspended_at BIGINT,
    suspended_by TEXT,
    suspend_reason TEXT NOT NULL DEFAULT '',
    -- A removal can be undone until then, to the state in removal_snapshot (JSON).
    restorable_until BIGINT,
    removal_snapshot TEXT NOT NULL DEFAULT '',
    -- As organizations.sessions_from, for this member.
    sessions_from BIGINT NOT NULL DEFAULT 0,
    -- That of the account; updated with each change.
    second_factor BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, user_id)
);
CREATE INDEX memberships_by_user ON memberships (user_id);
CREATE INDEX memberships_by_name ON memberships (organization_id, sort_name, id);
CREATE INDEX memberships_by_role ON memberships (organization_id, role, sort_name, id);
CREATE INDEX memberships_by_second_factor ON memberships (organization_id, second_factor, sort_name, id);
CREATE INDEX memberships_by_joining ON memberships (organization_id, joined_at, id);
-- Few memberships end or are suspended: these two find them without a scan.
CREATE INDEX memberships_ending ON memberships (organization_id, access_until, id) WHERE access_until IS NOT NULL;
CREATE INDEX memberships_suspended ON memberships (organization_id, sort_name, id) WHERE status = 'suspended';
CREATE INDEX memberships_by_custom_role ON memberships (organization_id, custom_role_id, sort_name, id) WHERE custom_role_id IS NOT NULL;
CREATE INDEX memberships_with_overrides ON memberships (organization_id, sort_name, id) WHERE overrides <> '';
CREATE INDEX memberships_restorable ON memberships (organization_id, restorable_until) WHERE restorable_until IS NOT NULL;
CREATE INDEX memberships_due ON memberships (status, access_until) WHERE access_until IS NOT NULL;
CREATE INDEX memberships_restorable_until ON memberships (restorable_until) WHERE restorable_until IS NOT NULL;

CREATE TABLE member_search_terms (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    word BYTEA NOT NULL,
    -- The member's own sort key again: who is found by a word is sorted without touching the members.
    sort_name BYTEA NOT NULL,
    membership_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, word, sort_name, membership_id),
    FOREIGN KEY (organization_id, membership_id) REFERENCES memberships (organization_id, id)
);
-- With the word in it, so that "does this member match" is one look into the index.
CREATE INDEX member_search_terms_by_member ON member_search_terms (organization_id, membership_id, word);

CREATE TABLE company_assignments (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    membership_id TEXT NOT NULL,
    company_id TEXT NOT NULL,
    role TEXT NOT NULL,
    access_until BIGINT,
    origin TEXT NOT NULL,
    -- The member's own sort key again: the members of one company are listed without touching the other members.
    sort_name BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    -- role is the effective role; direct_role is the member's own (NULL: only through groups).
    direct_role TEXT,
    PRIMARY KEY (organization_id, membership_id, company_id),
    FOREIGN KEY (organization_id, membership_id) REFERENCES memberships (organization_id, id),
    FOREIGN KEY (organization_id, company_id) REFERENCES companies (organization_id, id)
);
CREATE INDEX company_assignments_by_company ON company_assignments (organization_id, company_id, sort_name, membership_id);
CREATE INDEX company_assignments_by_role ON company_assignments (organization_id, role, membership_id, company_id);
CREATE INDEX company_assignments_by_name ON company_assignments (organization_id, sort_name, membership_id, company_id);
CREATE INDEX company_assignments_due ON company_assignments (access_until) WHERE access_until IS NOT NULL;

-- The assignments of deleted companies, to restore them.
CREATE TABLE deleted_assignments (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    deleted_company_id TEXT NOT NULL,
    membership_id TEXT NOT NULL,
    role TEXT NOT NULL,
    access_until BIGINT,
    origin TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, deleted_company_id, membership_id),
    FOREIGN KEY (organization_id, deleted_company_id) REFERENCES deleted_companies (organization_id, id),
    FOREIGN KEY (organization_id, membership_id) REFERENCES memberships (organization_id, id)
);

-- Companies that a member has pinned to the sidebar.
CREATE TABLE company_pins (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    membership_id TEXT NOT NULL,
    company_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, membership_id, company_id),
    FOREIGN KEY (organization_id, membership_id) REFERENCES memberships (organization_id, id),
    FOREIGN KEY (organization_id, company_id) REFERENCES companies (organization_id, id)
);
CREATE INDEX company_pins_by_company ON company_pins (organization_id, company_id);

-- Background work. A worker claims a job by a lease; fence rises with each claim, so a worker that lost it commits nothing.
CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    -- What it is about: an id, or empty for periodic work.
    key TEXT NOT NULL,
    -- The lower number goes first.
    priority INTEGER NOT NULL,
    run_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    lease_until BIGINT,
    fence BIGINT NOT NULL,
    last_error TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (kind, key)
);
CREATE INDEX jobs_due ON jobs (kind, priority, run_at, id);

-- The sending of a row is a job of kind email; the columns here tell people where it is.
CREATE TABLE mail_outbox (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    to_name TEXT NOT NULL,
    to_email TEXT NOT NULL,
    subject TEXT NOT NULL,
    html TEXT NOT NULL,
    text TEXT NOT NULL,
    -- The message says {{token}}; the sender puts the token made from this seed in its place.
    seed TEXT,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    last_error TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    -- The organization whose page says that the message could not be delivered.
    organization TEXT,
    -- A file, until it was sent.
    attachment_name TEXT,
    attachment TEXT
);
CREATE INDEX mail_outbox_by_state ON mail_outbox (state, id);
CREATE INDEX mail_outbox_undelivered ON mail_outbox (organization, id) WHERE state IN ('failed', 'bounced');
CREATE INDEX mail_outbox_by_address ON mail_outbox (to_email, id);

CREATE TABLE invitations (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    email TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    role TEXT NOT NULL,
    message TEXT NOT NULL,
    access_until BIGINT,
    status TEXT NOT NULL,
    -- The inviter steps down to admin when this invitation to be the first owner is accepted.
    hands_over BOOLEAN NOT NULL,
    invited_by TEXT NOT NULL REFERENCES users (id),
    mail_id TEXT,
    sent_count INTEGER NOT NULL,
    last_sent_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX invitations_open ON invitations (organization_id, email) WHERE status IN ('pending', 'awaiting_approval');
-- Every page shows how many an account has, so this one answers without the rows.
CREATE INDEX invitations_by_email ON invitations (email, status, expires_at);
CREATE INDEX invitations_by_status ON invitations (organization_id, status, created_at, id);
CREATE INDEX invitations_by_age ON invitations (organization_id, last_sent_at);
CREATE INDEX invitations_by_expiry ON invitations (status, expires_at);
CREATE INDEX invitations_ending ON invitations (organization_id, status, expires_at);
CREATE INDEX invitations_to_own ON invitations (organization_id, created_at) WHERE hands_over;

-- The words of names and addresses, as member_search_terms has them. Status and creation are the invitation's own.
CREATE TABLE invitation_search_terms (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    status TEXT NOT NULL,
    word BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    invitation_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, status, word, created_at, invitation_id),
    FOREIGN KEY (organization_id, invitation_id) REFERENCES invitations (organization_id, id)
);
CREATE INDEX invitation_search_terms_by_invitation ON invitation_search_terms (organization_id, invitation_id, word);

CREATE TABLE invitation_grants (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    invitation_id TEXT NOT NULL,
    company_id TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (organization_id, invitation_id, company_id),
    FOREIGN KEY (organization_id, invitation_id) REFERENCES invitations (organization_id, id),
    FOREIGN KEY (organization_id, company_id) REFERENCES companies (organization_id, id)
);

CREATE TABLE invitation_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    invitation_id TEXT NOT NULL,
    seed TEXT NOT NULL,
    is_current BOOLEAN NOT NULL,
    -- Each email has a token of its own, and is part of the limit of the account that sent it.
    sent_by TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX invitation_tokens_by_invitation ON invitation_tokens (organization_id, invitation_id);
CREATE INDEX invitation_tokens_by_sender ON invitation_tokens (sent_by, created_at);
CREATE INDEX invitation_tokens_by_age ON invitation_tokens (created_at);

-- Addresses that accept no invitations from an organization.
CREATE TABLE organization_blocks (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    email TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, email)
);

-- Addresses that accept no invitations from an account, in any organization.
CREATE TABLE sender_blocks (
    user_id TEXT NOT NULL REFERENCES users (id),
    email TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, email)
);

-- Invitations that their recipients reported to the operators.
CREATE TABLE invitation_reports (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    invitation_id TEXT NOT NULL,
    sender_id TEXT NOT NULL REFERENCES users (id),
    email TEXT NOT NULL,
    comment TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    closed_by TEXT REFERENCES users (id),
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, invitation_id) REFERENCES invitations (organization_id, id)
);
CREATE UNIQUE INDEX invitation_reports_by_invitation ON invitation_reports (organization_id, invitation_id);
CREATE INDEX invitation_reports_by_age ON invitation_reports (id);
CREATE INDEX invitation_reports_by_closing ON invitation_reports (closed_at, id);
CREATE INDEX invitation_reports_by_sender ON invitation_reports (sender_id);

CREATE TABLE audit_events (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    -- The version of the hashed record.
    v INTEGER NOT NULL,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    actor_name TEXT NOT NULL,
    on_behalf_of TEXT,
    -- The company that it concerns: the managers of the company see it.
    company_id TEXT,
    ip TEXT NOT NULL,
    agent TEXT NOT NULL,
    request_id TEXT NOT NULL,
    action TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    target_label TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    -- The chain: each event's hash covers the event and the hash before it.
    seq BIGINT NOT NULL DEFAULT 0,
    prev_hash TEXT NOT NULL DEFAULT '',
    hash TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX audit_events_by_target ON audit_events (organization_id, target_kind, target_id, seq);
CREATE UNIQUE INDEX audit_events_by_seq ON audit_events (organization_id, seq) WHERE seq > 0;
CREATE INDEX audit_events_unchained ON audit_events (organization_id, at, id) WHERE seq <= 0;
CREATE INDEX audit_events_by_actor ON audit_events (organization_id, actor_id, seq);
CREATE INDEX audit_events_by_company ON audit_events (organization_id, company_id, seq);
CREATE INDEX audit_events_by_action ON audit_events (organization_id, action, seq);

CREATE TABLE organization_contacts (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    kind TEXT NOT NULL,
    -- Verified by a link; empty until the first one is.
    email TEXT NOT NULL,
    verified_at BIGINT,
    -- Entered, not verified yet; empty when nothing is pending.
    pending_email TEXT NOT NULL,
    token_hash TEXT UNIQUE,
    asked_at BIGINT,
    PRIMARY KEY (organization_id, kind)
);

-- Filters of the list of members that a member saved under a name, for themselves.
CREATE TABLE member_views (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    membership_id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The query of the list's address, without the question mark.
    query TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, membership_id, name),
    FOREIGN KEY (organization_id, membership_id) REFERENCES memberships (organization_id, id)
);

CREATE TABLE custom_roles (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    -- The built-in role it is based on: it sets the level and the inherited company role.
    base TEXT NOT NULL,
    -- The permissions it is made of, by key, with spaces between.
    permissions TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, name)
);

CREATE TABLE groups (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    -- The role that its members inherit; member for none.
    role TEXT NOT NULL,
    -- How many members are in it; updated with each change.
    member_count BIGINT NOT NULL DEFAULT 0,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, name)
);

CREATE TABLE group_members (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    group_id TEXT NOT NULL,
    membership_id TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, group_id, membership_id),
    FOREIGN KEY (organization_id, group_id) REFERENCES groups (organization_id, id),
    FOREIGN KEY (organization_id, membership_id) REFERENCES memberships (organization_id, id)
);
CREATE INDEX group_members_by_member ON group_members (organization_id, membership_id, group_id);

CREATE TABLE group_grants (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    group_id TEXT NOT NULL,
    company_id TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (organization_id, group_id, company_id),
    FOREIGN KEY (organization_id, group_id) REFERENCES groups (organization_id, id),
    FOREIGN KEY (organization_id, company_id) REFERENCES companies (organization_id, id)
);
CREATE INDEX group_grants_by_company ON group_grants (organization_id, company_id);

CREATE TABLE access_requests (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    membership_id TEXT NOT NULL,
    permission TEXT NOT NULL,
    company_id TEXT,
    note TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    answer TEXT NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, membership_id) REFERENCES memberships (organization_id, id)
);
CREATE INDEX access_requests_by_status ON access_requests (organization_id, status, created_at, id);
CREATE UNIQUE INDEX access_requests_open ON access_requests (organization_id, membership_id, permission, COALESCE(company_id, '')) WHERE status = 'open';

-- Changes that another person must approve first: a transfer by the new owner, dual control by a second owner.
CREATE TABLE approvals (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    action TEXT NOT NULL,
    -- The change (JSON).
    payload TEXT NOT NULL,
    label TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    -- The one membership that may approve; NULL: any other owner.
    approver_id TEXT,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX approvals_by_status ON approvals (organization_id, status, created_at, id);
CREATE INDEX approvals_due ON approvals (status, expires_at);

CREATE TABLE onboarding_links (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    seed TEXT NOT NULL,
    -- The role that people who join get.
    role TEXT NOT NULL,
    company_role TEXT NOT NULL,
    -- Companies to join, by id, separated by spaces.
    companies TEXT NOT NULL,
    -- Email domains that may use it, separated by spaces; empty: any.
    domains TEXT NOT NULL,
    approval BOOLEAN NOT NULL,
    max_uses INTEGER,
    expires_at BIGINT,
    disabled_at BIGINT,
    uses INTEGER NOT NULL DEFAULT 0,
    opened BIGINT NOT NULL DEFAULT 0,
    signed_up BIGINT NOT NULL DEFAULT 0,
    joined BIGINT NOT NULL DEFAULT 0,
    last_used_at BIGINT,
    -- authorized_by changed it last; the link grants no more than their permissions allow.
    created_by TEXT NOT NULL,
    authorized_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, id)
);

-- API keys. Of a key only the beginning and the SHA-256 are stored.
CREATE TABLE api_keys (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    key_hash TEXT NOT NULL UNIQUE,
    -- Separated by spaces.
    scopes TEXT NOT NULL,
    company_id TEXT,
    -- Addresses and ranges that may use it, separated by spaces; empty: any.
    allowed_ips TEXT NOT NULL,
    -- The key has no more permissions than this member.
    owner_id TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    -- The key that this one replaces, and on that key: until when it still works.
    rotated_from TEXT,
    overlap_until BIGINT,
    last_used_at BIGINT,
    last_used_ip TEXT NOT NULL DEFAULT '',
    -- The last use, or the creation.
    idle_since BIGINT NOT NULL,
    flagged_at BIGINT,
    refused_at BIGINT,
    refused_ip TEXT NOT NULL DEFAULT '',
    refused_reason TEXT,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, owner_id) REFERENCES memberships (organization_id, id)
);
CREATE INDEX api_keys_by_owner ON api_keys (organization_id, owner_id);
CREATE INDEX api_keys_by_company ON api_keys (organization_id, company_id);
CREATE INDEX api_keys_idle ON api_keys (idle_since) WHERE flagged_at IS NULL AND revoked_at IS NULL;

-- Tokens that were rotated out, so that an old link can say so.
CREATE TABLE retired_link_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL,
    link_id TEXT NOT NULL,
    replaced_at BIGINT NOT NULL,
    FOREIGN KEY (organization_id, link_id) REFERENCES onboarding_links (organization_id, id)
);
CREATE INDEX retired_link_tokens_by_link ON retired_link_tokens (organization_id, link_id);

CREATE TABLE join_requests (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    link_id TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    company_name TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, link_id) REFERENCES onboarding_links (organization_id, id)
);
CREATE UNIQUE INDEX join_requests_open ON join_requests (organization_id, user_id) WHERE status = 'awaiting';
CREATE INDEX join_requests_by_status ON join_requests (organization_id, status, created_at, id);
CREATE INDEX join_requests_by_user ON join_requests (user_id, status);
CREATE INDEX join_requests_due ON join_requests (status, created_at);

-- The end of each chain. Locked last in every write, so that writers wait only for each other's commit.
CREATE TABLE audit_heads (
    organization_id TEXT NOT NULL PRIMARY KEY REFERENCES organizations (id),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    -- How far the chain is sealed, and for which day.
    sealed_seq BIGINT NOT NULL DEFAULT 0,
    sealed_day TEXT NOT NULL DEFAULT ''
);

-- The end of each chain on a day, signed with the instance's key.
CREATE TABLE audit_seals (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    day TEXT NOT NULL,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    signature TEXT NOT NULL,
    sealed_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, day)
);
CREATE INDEX audit_seals_by_age ON audit_seals (sealed_at);

CREATE TABLE support_sessions (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    operator_id TEXT NOT NULL REFERENCES users (id),
    reason TEXT NOT NULL,
    -- Who gave consent, by name.
    consent_by TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX support_sessions_by_operator ON support_sessions (operator_id, ends_at);
CREATE INDEX support_sessions_running ON support_sessions (ends_at) WHERE ended_at IS NULL;

CREATE TABLE access_reviews (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- starting (items are being collected), running, closing (unconfirmed access is being removed), closed, cancelled.
    status TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    started_by TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    -- Who closed it by hand; NULL when the due date did.
    closed_by TEXT,
    closed_at BIGINT,
    -- Which emails are being sent, or empty, and the last membership that got one.
    mailing TEXT NOT NULL,
    mailed_to TEXT NOT NULL,
    -- How many reminders were sent, and when one was last requested by hand.
    reminders INTEGER NOT NULL,
    reminded_at BIGINT,
    -- The report (JSON) and its signature, once closed.
    report TEXT NOT NULL,
    signature TEXT NOT NULL,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX access_reviews_open ON access_reviews (organization_id) WHERE status IN ('starting', 'running', 'closing');
CREATE INDEX access_reviews_by_status ON access_reviews (status, organization_id, id);

-- No foreign key to companies: a review outlives a company that moves to another organization.
CREATE TABLE access_review_companies (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    review_id TEXT NOT NULL,
    company_id TEXT NOT NULL,
    item_count BIGINT NOT NULL,
    -- How many are undecided.
    open BIGINT NOT NULL,
    -- Whether all of its items are collected, and the last membership that was.
    filled BOOLEAN NOT NULL,
    filled_to TEXT NOT NULL,
    PRIMARY KEY (organization_id, review_id, company_id),
    FOREIGN KEY (organization_id, review_id) REFERENCES access_reviews (organization_id, id)
);

CREATE TABLE access_review_items (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    review_id TEXT NOT NULL,
    id TEXT NOT NULL,
    membership_id TEXT NOT NULL,
    company_id TEXT NOT NULL,
    sort_name BYTEA NOT NULL,
    -- The role when the review began.
    role TEXT NOT NULL,
    -- The decision, or what the closing did without one.
    decision TEXT NOT NULL,
    -- The role after the decision; empty for none.
    new_role TEXT NOT NULL,
    note TEXT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    -- What the closing removed, so that it can be restored.
    removed_role TEXT NOT NULL,
    removed_origin TEXT NOT NULL,
    removed_until BIGINT,
    suspended BOOLEAN NOT NULL,
    restored_by TEXT,
    restored_at BIGINT,
    PRIMARY KEY (organization_id, review_id, id),
    FOREIGN KEY (organization_id, review_id) REFERENCES access_reviews (organization_id, id),
    FOREIGN KEY (organization_id, membership_id) REFERENCES memberships (organization_id, id)
);
CREATE UNIQUE INDEX access_review_items_by_assignment ON access_review_items (organization_id, review_id, company_id, membership_id);
CREATE INDEX access_review_items_by_name ON access_review_items (organization_id, review_id, company_id, sort_name, id);
CREATE INDEX access_review_items_by_decision ON access_review_items (organization_id, review_id, decision, membership_id);

-- When someone reviewed the security settings, with the result of that day.
CREATE TABLE settings_reviews (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    -- A membership.
    reviewed_by TEXT NOT NULL,
    reviewed_at BIGINT NOT NULL,
    passed INTEGER NOT NULL,
    checks INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id)
);

-- What companies report that they did. Days follow the organization's time zone.
CREATE TABLE usage_events (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    company_id TEXT NOT NULL,
    meter TEXT NOT NULL,
    -- Millionths of the meter's unit.
    quantity BIGINT NOT NULL,
    occurred_at BIGINT NOT NULL,
    day INTEGER NOT NULL,
    received_at BIGINT NOT NULL,
    -- As the sender named it (CloudEvents 1.0).
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    -- The API key or the member who sent it.
    sender_id TEXT NOT NULL,
    -- How often the same source and id came with other content. That was not counted.
    conflicts INTEGER NOT NULL DEFAULT 0,
    -- A mistake: it stays and is not counted.
    voided_at BIGINT,
    voided_by TEXT,
    void_reason TEXT,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX usage_events_by_day ON usage_events (organization_id, company_id, meter, day, id);

-- The source and id of each event, for 90 days: an event that comes again is not counted again.
CREATE TABLE usage_event_keys (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    -- A digest of source and id.
    event_key TEXT NOT NULL,
    usage_event_id TEXT NOT NULL,
    -- A digest of the content.
    content TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, event_key)
);
CREATE INDEX usage_event_keys_by_age ON usage_event_keys (received_at);

-- The first answer to each request with an idempotency key, for 24 hours.
CREATE TABLE api_answers (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    api_key_id TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    -- A digest of method, address, content type and body.
    request TEXT NOT NULL,
    -- The company of the address, which the key must still reach.
    company_id TEXT,
    status INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    location TEXT,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, api_key_id, idempotency_key)
);
CREATE INDEX api_answers_by_age ON api_answers (created_at);

-- The sums of usage_events, kept in the transaction of the events. scope is the id of a company, "active" or "archived".
CREATE TABLE usage_days (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    scope TEXT NOT NULL,
    meter TEXT NOT NULL,
    day INTEGER NOT NULL,
    -- SQLite would go on with inexact numbers beyond 64 bits.
    quantity BIGINT NOT NULL CHECK (quantity <= 9000000000000000000),
    events BIGINT NOT NULL,
    PRIMARY KEY (organization_id, scope, meter, day)
);
CREATE TABLE usage_months (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    scope TEXT NOT NULL,
    meter TEXT NOT NULL,
    -- Months since January 1970.
    month INTEGER NOT NULL,
    -- SQLite would go on with inexact numbers beyond 64 bits.
    quantity BIGINT NOT NULL CHECK (quantity <= 9000000000000000000),
    events BIGINT NOT NULL,
    PRIMARY KEY (organization_id, scope, meter, month)
);
-- All companies in one month.
CREATE INDEX usage_months_by_month ON usage_months (organization_id, month, scope);

-- All companies on some days.
CREATE INDEX usage_days_by_day ON usage_days (organization_id, day, scope);

-- The time zones of an organization: a new one counts from the first day that begins after the change.
CREATE TABLE usage_zones (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    first_day INTEGER NOT NULL,
    -- When that day begins.
    begins_at BIGINT NOT NULL,
    timezone TEXT NOT NULL,
    PRIMARY KEY (organization_id, first_day)
);

-- What a company reports of a day beside its usage. NULL: not reported.
CREATE TABLE company_facts (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    company_id TEXT NOT NULL,
    day INTEGER NOT NULL,
    cases_open BIGINT,
    cases_new BIGINT,
    cases_closed BIGINT,
    campaigns_active BIGINT,
    -- Minor units of the organization's currency.
    placed_minor BIGINT,
    recovered_minor BIGINT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, company_id, day)
);
-- All companies on some days.
CREATE INDEX company_facts_by_day ON company_facts (organization_id, day, company_id);

-- The sums of company_facts, kept in their transaction: of each day for all "active" and all "archived" companies together, and of
-- each month for a company, too. What was not reported counts as 0; reports says how many days of companies have figures.
CREATE TABLE fact_days (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    scope TEXT NOT NULL,
    day INTEGER NOT NULL,
    reports BIGINT NOT NULL,
    cases_new BIGINT NOT NULL CHECK (cases_new <= 9000000000000000000),
    cases_closed BIGINT NOT NULL CHECK (cases_closed <= 9000000000000000000),
    placed_minor BIGINT NOT NULL CHECK (placed_minor <= 9000000000000000000),
    recovered_minor BIGINT NOT NULL CHECK (recovered_minor <= 9000000000000000000),
    PRIMARY KEY (organization_id, scope, day)
);
CREATE TABLE fact_months (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    scope TEXT NOT NULL,
    month INTEGER NOT NULL,
    reports BIGINT NOT NULL,
    cases_new BIGINT NOT NULL CHECK (cases_new <= 9000000000000000000),
    cases_closed BIGINT NOT NULL CHECK (cases_closed <= 9000000000000000000),
    placed_minor BIGINT NOT NULL CHECK (placed_minor <= 9000000000000000000),
    recovered_minor BIGINT NOT NULL CHECK (recovered_minor <= 9000000000000000000),
    PRIMARY KEY (organization_id, scope, month)
);
CREATE INDEX fact_months_by_month ON fact_months (organization_id, month, scope);

-- What usage costs. A version is never changed. For a month counts the newest version (the highest id) from that month or an earlier one.
CREATE TABLE rate_cards (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    -- ISO 4217, the same in all versions.
    currency TEXT NOT NULL,
    -- Months since January 1970.
    from_month INTEGER NOT NULL,
    -- The price of each meter as JSON.
    prices TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (organization_id, id)
);

-- Reports that members get by email.
CREATE TABLE report_schedules (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- "week" or "month".
    every TEXT NOT NULL,
    -- When it is sent next; NULL: stopped.
    due_at BIGINT,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    last_sent_at BIGINT,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX report_schedules_due ON report_schedules (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE report_recipients (
    organization_id TEXT NOT NULL,
    schedule_id TEXT NOT NULL,
    membership_id TEXT NOT NULL,
    -- Of the link to unsubscribe, which every email has.
    token_seed TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    last_sent_at BIGINT,
    -- Why the last report was not sent.
    skipped TEXT,
    unsubscribed_at BIGINT,
    PRIMARY KEY (organization_id, schedule_id, membership_id),
    FOREIGN KEY (organization_id, schedule_id) REFERENCES report_schedules (organization_id, id)
);
CREATE INDEX report_recipients_by_member ON report_recipients (organization_id, membership_id);
CREATE INDEX report_recipients_by_token ON report_recipients (token_hash);

-- Files with usage events or the figures of days. Nothing in them counts before a member has confirmed how they are read.
CREATE TABLE usage_imports (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    file_name TEXT NOT NULL,
    -- JSON: the titles of the columns, and what each of them has.
    header TEXT NOT NULL,
    column_fields TEXT NOT NULL,
    -- Whether numbers may have a decimal comma.
    decimal_comma BOOLEAN NOT NULL,
    row_count BIGINT NOT NULL,
    accepted BIGINT NOT NULL DEFAULT 0,
    -- Rows that say what was known before.
    duplicates BIGINT NOT NULL DEFAULT 0,
    rejected BIGINT NOT NULL DEFAULT 0,
    -- Memberships.
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_by TEXT,
    confirmed_at BIGINT,
    finished_at BIGINT,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX usage_imports_by_member ON usage_imports (organization_id, created_by, id);
CREATE INDEX usage_imports_by_age ON usage_imports (created_at);

-- The rows that are not imported yet, some hundred in a piece, as JSON.
CREATE TABLE usage_import_pieces (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    import_id TEXT NOT NULL,
    piece INTEGER NOT NULL,
    rows TEXT NOT NULL,
    PRIMARY KEY (organization_id, import_id, piece)
);

-- The rows that were not imported, with the reason.
CREATE TABLE usage_import_rejections (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    import_id TEXT NOT NULL,
    line BIGINT NOT NULL,
    -- JSON: the cells of the row.
    cells TEXT NOT NULL,
    -- The column that is wrong, from 0; NULL: the row as a whole.
    column_at INTEGER,
    -- JSON.
    fault TEXT NOT NULL,
    PRIMARY KEY (organization_id, import_id, line)
);

-- What a company sets for itself. NULL: as the organization. Without a foreign key, because a deleted company keeps its settings
-- until it is deleted permanently.
CREATE TABLE company_settings (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    company_id TEXT NOT NULL,
    -- What it is called in the organization's other systems. No company has the slug of another one as its reference.
    external_ref TEXT,
    timezone TEXT,
    -- JSON: opening hours by weekday.
    hours TEXT,
    -- JSON: a list.
    sender_ids TEXT,
    agents TEXT,
    knowledge TEXT,
    PRIMARY KEY (organization_id, company_id),
    UNIQUE (organization_id, external_ref)
);

-- What companies have that set nothing else. The time zone is the organization's.
CREATE TABLE company_defaults (
    organization_id TEXT NOT NULL PRIMARY KEY REFERENCES organizations (id),
    hours TEXT,
    sender_ids TEXT NOT NULL,
    agents TEXT NOT NULL,
    knowledge TEXT NOT NULL
);

-- Agents, campaigns, lead lists, phone numbers, knowledge sources and apps. Without a foreign key to companies, because a deleted
-- company keeps its resources until it is deleted permanently.
CREATE TABLE resources (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- NULL: of the whole organization.
    company_id TEXT,
    name TEXT NOT NULL,
    sort_name BYTEA NOT NULL,
    state TEXT NOT NULL,
    -- The list that has it, which follows from its state and that of its company.
    listed_as TEXT NOT NULL,
    external_ref TEXT,
    -- JSON, by kind.
    details TEXT NOT NULL,
    sync_status TEXT,
    synced_at BIGINT,
    -- An account.
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    archived_at BIGINT,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, kind, external_ref)
);
CREATE INDEX resources_by_name ON resources (organization_id, listed_as, sort_name, id);
CREATE INDEX resources_by_kind ON resources (organization_id, listed_as, kind, sort_name, id);
CREATE INDEX resources_by_company ON resources (organization_id, company_id, listed_as, sort_name, id);

CREATE TABLE resource_search_terms (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    listed_as TEXT NOT NULL,
    word BYTEA NOT NULL,
    sort_name BYTEA NOT NULL,
    resource_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, listed_as, word, sort_name, resource_id),
    FOREIGN KEY (organization_id, resource_id) REFERENCES resources (organization_id, id)
);
CREATE INDEX resource_search_terms_by_resource ON resource_search_terms (organization_id, resource_id, word);

-- How many resources there are. scope is the id of a company, "organization" for those of no company, or "all".
CREATE TABLE resource_counts (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    scope TEXT NOT NULL,
    listed_as TEXT NOT NULL,
    kind TEXT NOT NULL,
    resources BIGINT NOT NULL,
    PRIMARY KEY (organization_id, scope, listed_as, kind)
);

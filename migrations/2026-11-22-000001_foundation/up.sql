-- One file for both engines. Times are BIGINT microseconds since 1970 (UTC), identifiers are UUIDv7 in 32 hex digits,
-- sort keys and search words are bytes (BYTEA) so that both engines order them alike, whatever the collation.
-- Every tenant table's key begins with organization_id, so that a distributed PostgreSQL can place a tenant on one node.

CREATE TABLE instance (
    id INTEGER NOT NULL PRIMARY KEY,
    operator_id TEXT,
    created_at BIGINT NOT NULL
);
INSERT INTO instance (id, operator_id, created_at) VALUES (1, NULL, 0);

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    email_verified_at BIGINT,
    is_operator BOOLEAN NOT NULL,
    organization_limit INTEGER,
    created_at BIGINT NOT NULL
);

CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id),
    ip TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);

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

CREATE TABLE login_attempts (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    ip TEXT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX login_attempts_by_email ON login_attempts (email, kind, at);
CREATE INDEX login_attempts_by_ip ON login_attempts (ip, kind, at);

CREATE TABLE account_deeds (
    user_id TEXT NOT NULL REFERENCES users (id),
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
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
    created_at BIGINT NOT NULL
);
CREATE INDEX organizations_by_creator ON organizations (created_by);

CREATE TABLE organization_slugs (
    slug TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    is_current BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX organization_slugs_by_organization ON organization_slugs (organization_id);

CREATE TABLE role_counts (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    role TEXT NOT NULL,
    members BIGINT NOT NULL,
    PRIMARY KEY (organization_id, role)
);

CREATE TABLE companies (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    sort_name BYTEA NOT NULL,
    status TEXT NOT NULL,
    -- Members assigned to it who are not in it by their organization role; kept with each change.
    people BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    archived_at BIGINT,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, slug)
);
CREATE INDEX companies_by_name ON companies (organization_id, status, sort_name, id);

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
    -- NULL once removed: a removed member has no place in any list.
    sort_name BYTEA,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, user_id)
);
CREATE INDEX memberships_by_user ON memberships (user_id);
CREATE INDEX memberships_by_name ON memberships (organization_id, sort_name, id);
CREATE INDEX memberships_by_role ON memberships (organization_id, role, sort_name, id);
CREATE INDEX memberships_by_joining ON memberships (organization_id, joined_at, id);
-- Few have an end of access and fewer are suspended: these two find them without walking past everybody else.
CREATE INDEX memberships_ending ON memberships (organization_id, access_until, id) WHERE access_until IS NOT NULL;
CREATE INDEX memberships_suspended ON memberships (organization_id, sort_name, id) WHERE status = 'suspended';

CREATE TABLE member_words (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    word BYTEA NOT NULL,
    -- The member's own sort key again: who is found by a word is sorted without touching the members.
    sort_name BYTEA NOT NULL,
    membership_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, word, sort_name, membership_id),
    FOREIGN KEY (organization_id, membership_id) REFERENCES memberships (organization_id, id)
);
-- With the word in it, so that "does this member match" is one look into the index.
CREATE INDEX member_words_by_member ON member_words (organization_id, membership_id, word);

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
    PRIMARY KEY (organization_id, membership_id, company_id),
    FOREIGN KEY (organization_id, membership_id) REFERENCES memberships (organization_id, id),
    FOREIGN KEY (organization_id, company_id) REFERENCES companies (organization_id, id)
);
CREATE INDEX company_assignments_by_company ON company_assignments (organization_id, company_id, sort_name, membership_id);

CREATE TABLE mail_outbox (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    to_name TEXT NOT NULL,
    to_email TEXT NOT NULL,
    subject TEXT NOT NULL,
    html TEXT NOT NULL,
    text TEXT NOT NULL,
    -- The letter says {{token}}; the sender puts the token made from this seed in its place.
    seed TEXT,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    lease_until BIGINT,
    last_error TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    sent_at BIGINT
);
CREATE INDEX mail_outbox_due ON mail_outbox (state, next_attempt_at);

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
CREATE INDEX invitations_by_email ON invitations (email, status);
CREATE INDEX invitations_by_status ON invitations (organization_id, status, created_at, id);
CREATE INDEX invitations_by_age ON invitations (organization_id, last_sent_at);
CREATE INDEX invitations_by_expiry ON invitations (status, expires_at);

CREATE TABLE invitation_grants (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    invitation_id TEXT NOT NULL,
    company_id TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (organization_id, invitation_id, company_id),
    FOREIGN KEY (organization_id, invitation_id) REFERENCES invitations (organization_id, id),
    FOREIGN KEY (organization_id, company_id) REFERENCES companies (organization_id, id)
);

CREATE TABLE invitation_links (
    token_hash TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    invitation_id TEXT NOT NULL,
    seed TEXT NOT NULL,
    is_current BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX invitation_links_by_invitation ON invitation_links (organization_id, invitation_id);

CREATE TABLE deeds (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
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
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX deeds_by_target ON deeds (organization_id, target_kind, target_id, id);

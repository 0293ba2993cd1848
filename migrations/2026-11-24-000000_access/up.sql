-- Rights that can be seen, explained and undone: policies, custom roles, overrides, groups, requests, approvals, onboarding
-- links, the chain of deeds, support sessions, access reviews.

-- What an organization says of itself, and what it allows.
ALTER TABLE organizations ADD COLUMN timezone TEXT NOT NULL DEFAULT 'UTC';
ALTER TABLE organizations ADD COLUMN currency TEXT NOT NULL DEFAULT 'USD';
-- Cells of the permission table switched for whole roles (JSON), or nothing.
ALTER TABLE organizations ADD COLUMN policies TEXT NOT NULL DEFAULT '';
-- A second owner confirms what cannot be taken back.
ALTER TABLE organizations ADD COLUMN dual_control BOOLEAN NOT NULL DEFAULT FALSE;
-- Whether operators may look in by a support session, and who allowed it.
ALTER TABLE organizations ADD COLUMN support_consent BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE organizations ADD COLUMN support_consent_by TEXT NOT NULL DEFAULT '';
-- Set while the organization waits for its deletion; read-only until then.
ALTER TABLE organizations ADD COLUMN delete_after BIGINT;
CREATE INDEX organizations_ending ON organizations (delete_after) WHERE delete_after IS NOT NULL;

CREATE TABLE organization_contacts (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    kind TEXT NOT NULL,
    -- Proven by a link; empty until the first one is.
    email TEXT NOT NULL,
    verified_at BIGINT,
    -- Typed, and not proven yet; empty when nothing waits.
    pending_email TEXT NOT NULL,
    token_hash TEXT UNIQUE,
    asked_at BIGINT,
    PRIMARY KEY (organization_id, kind)
);

CREATE TABLE custom_roles (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    -- The built-in role it stands at: rank and place in companies.
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
    -- How many members are in it; kept with each change.
    people BIGINT NOT NULL DEFAULT 0,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, name)
);

-- role is the one that counts (the highest of own_role and the groups'); the other columns say where it comes from.
ALTER TABLE memberships ADD COLUMN own_role TEXT NOT NULL DEFAULT '';
UPDATE memberships SET own_role = role;
ALTER TABLE memberships ADD COLUMN custom_role_id TEXT;
-- Cells of the permission table switched for this person (JSON), or nothing.
ALTER TABLE memberships ADD COLUMN overrides TEXT NOT NULL DEFAULT '';
-- In how many groups; kept with each change.
ALTER TABLE memberships ADD COLUMN groups INTEGER NOT NULL DEFAULT 0;
ALTER TABLE memberships ADD COLUMN suspended_at BIGINT;
ALTER TABLE memberships ADD COLUMN suspended_by TEXT;
ALTER TABLE memberships ADD COLUMN suspend_reason TEXT NOT NULL DEFAULT '';
-- A removal can be undone until then, to what undo (JSON) holds.
ALTER TABLE memberships ADD COLUMN undo_until BIGINT;
ALTER TABLE memberships ADD COLUMN undo TEXT NOT NULL DEFAULT '';
CREATE INDEX memberships_by_custom_role ON memberships (organization_id, custom_role_id, sort_name, id) WHERE custom_role_id IS NOT NULL;
CREATE INDEX memberships_switched ON memberships (organization_id, sort_name, id) WHERE overrides <> '';
CREATE INDEX memberships_undoable ON memberships (organization_id, undo_until) WHERE undo_until IS NOT NULL;
CREATE INDEX memberships_due ON memberships (status, access_until) WHERE access_until IS NOT NULL;

-- Suspended members are members, and are not counted among the people of companies.
ALTER TABLE role_counts ADD COLUMN suspended BIGINT NOT NULL DEFAULT 0;

-- role is the one that counts; direct_role is the person's own (NULL: only through groups).
ALTER TABLE company_assignments ADD COLUMN direct_role TEXT;
UPDATE company_assignments SET direct_role = role;
CREATE INDEX company_assignments_by_role ON company_assignments (organization_id, role, membership_id, company_id);
-- The sum of companies.people; kept with each change.
ALTER TABLE organizations ADD COLUMN places BIGINT NOT NULL DEFAULT 0;
UPDATE organizations SET places = (SELECT COALESCE(SUM(people), 0) FROM companies WHERE organization_id = organizations.id);
CREATE INDEX company_assignments_due ON company_assignments (access_until) WHERE access_until IS NOT NULL;

CREATE TABLE group_members (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    group_id TEXT NOT NULL,
    membership_id TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, group_id, membership_id),
    FOREIGN KEY (organization_id, group_id) REFERENCES groups (organization_id, id),
    FOREIGN KEY (organization_id, membership_id) REFERENCES memberships (organization_id, id)
);
CREATE INDEX group_members_by_member ON group_members (organization_id, membership_id);

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

-- What somebody else must confirm before it happens: a transfer by the new owner, what dual control covers by a second owner.
CREATE TABLE approvals (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    action TEXT NOT NULL,
    -- What is to happen (JSON).
    payload TEXT NOT NULL,
    label TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    -- The one membership that may confirm; NULL: any other owner.
    approver_id TEXT,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX approvals_by_status ON approvals (organization_id, status, created_at, id);

CREATE TABLE onboarding_links (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    seed TEXT NOT NULL,
    -- What who comes by it becomes.
    role TEXT NOT NULL,
    company_role TEXT NOT NULL,
    -- Companies to join, by id, with spaces between; the new company's are its own.
    companies TEXT NOT NULL,
    -- Domains whose addresses may use it, with spaces between; nothing: any.
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
    -- Who made it; and who changed it last, on whose rights it lets people in.
    created_by TEXT NOT NULL,
    vouched_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, id)
);

-- Addresses that a newer one replaced, so that they can say so.
CREATE TABLE onboarding_old_links (
    token_hash TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL,
    link_id TEXT NOT NULL,
    replaced_at BIGINT NOT NULL,
    FOREIGN KEY (organization_id, link_id) REFERENCES onboarding_links (organization_id, id)
);

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
CREATE INDEX join_requests_due ON join_requests (created_at) WHERE status = 'awaiting';

-- The chain: each line's hash covers the line and the hash before it. seq 0 marks lines from before the chain.
ALTER TABLE deeds ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deeds ADD COLUMN prev_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE deeds ADD COLUMN hash TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX deeds_by_seq ON deeds (organization_id, seq) WHERE seq > 0;
CREATE INDEX deeds_unchained ON deeds (organization_id, at, id) WHERE seq <= 0;
CREATE INDEX deeds_by_actor ON deeds (organization_id, actor_id, seq);
CREATE INDEX deeds_by_action ON deeds (organization_id, action, seq);

-- The end of each chain. A row of its own, locked last in every write, so that writers wait only for each other's commit.
CREATE TABLE deed_heads (
    organization_id TEXT NOT NULL PRIMARY KEY REFERENCES organizations (id),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    -- How far it was signed, and for which day.
    sealed_seq BIGINT NOT NULL DEFAULT 0,
    sealed_day TEXT NOT NULL DEFAULT ''
);

-- Where each chain stood at the end of a day, signed with the instance's key.
CREATE TABLE deed_seals (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    day TEXT NOT NULL,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    signature TEXT NOT NULL,
    sealed_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, day)
);

CREATE TABLE support_sessions (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    operator_id TEXT NOT NULL REFERENCES users (id),
    reason TEXT NOT NULL,
    -- Who allowed operators in, by name.
    consent_by TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX support_sessions_by_operator ON support_sessions (operator_id, ends_at);
CREATE INDEX support_sessions_running ON support_sessions (ends_at) WHERE ended_at IS NULL;

-- The operators' view of the outbox: by state, or by address.
CREATE INDEX mail_outbox_by_state ON mail_outbox (state, id);
CREATE INDEX mail_outbox_by_address ON mail_outbox (to_email, id);

CREATE TABLE access_reviews (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- starting (places are being written down), running, closing (what is unanswered is being taken away), closed, cancelled.
    status TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    started_by TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    -- Who ended it by hand, by account; nobody when time did.
    closed_by TEXT,
    closed_at BIGINT,
    -- Which letters are being sent, or nothing, and the last membership that got one.
    mailing TEXT NOT NULL,
    mailed_to TEXT NOT NULL,
    -- How many of the reminders before the last day are done, and when one was asked for by hand.
    reminders INTEGER NOT NULL,
    reminded_at BIGINT,
    -- The report (JSON) and its signature, once closed.
    report TEXT NOT NULL,
    signature TEXT NOT NULL,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX access_reviews_open ON access_reviews (organization_id) WHERE status IN ('starting', 'running', 'closing');

-- A review outlives the company it looked at, which may move to another organization.
CREATE TABLE access_review_companies (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    review_id TEXT NOT NULL,
    company_id TEXT NOT NULL,
    places BIGINT NOT NULL,
    -- How many of them wait for an answer.
    open BIGINT NOT NULL,
    -- Whether all of its places are written down, and the last membership that is.
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
    -- What was decided; or what became of the place when nobody did.
    decision TEXT NOT NULL,
    -- The role after it; nothing for none.
    new_role TEXT NOT NULL,
    note TEXT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    -- What the closing took away, so that it can be given back as it was.
    kept_role TEXT NOT NULL,
    kept_origin TEXT NOT NULL,
    kept_until BIGINT,
    shut_out BOOLEAN NOT NULL,
    restored_by TEXT,
    restored_at BIGINT,
    PRIMARY KEY (organization_id, review_id, id),
    FOREIGN KEY (organization_id, review_id) REFERENCES access_reviews (organization_id, id),
    FOREIGN KEY (organization_id, membership_id) REFERENCES memberships (organization_id, id)
);
CREATE UNIQUE INDEX access_review_items_by_place ON access_review_items (organization_id, review_id, company_id, membership_id);
CREATE INDEX access_review_items_by_name ON access_review_items (organization_id, review_id, company_id, sort_name, id);
CREATE INDEX access_review_items_by_decision ON access_review_items (organization_id, review_id, decision, membership_id);

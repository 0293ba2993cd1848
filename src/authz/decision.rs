//! What somebody may do. One pure function answers it, for the gate, for every page that explains it, for previews
//! and for tests: what the database knows is brought along in `AccessInputs`.

use serde_json::{Map, Value};

use crate::authz::permission::{
    COLUMNS, ChangeRoles, Column, GrantAdmin, GrantOwner, Permission, PermissionId, PermissionSet, ViewOrganization,
};
use crate::authz::role::{CompanyRole, Role};

/// What a member may do: in the whole organization, and in the companies assigned to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions {
    everywhere: PermissionSet,
    own: PermissionSet,
}

/// How far a right reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The whole organization.
    Everywhere,
    /// Only the companies assigned to the member.
    OwnCompanies,
    /// Nowhere.
    Nowhere,
}

impl Permissions {
    /// The rights of a role by itself, together with company roles held somewhere: no policy, no override, no group.
    pub fn of(role: Role, companies: &[CompanyRole]) -> Self {
        AccessInputs::of(role, companies).permissions()
    }

    /// Whether the right is held at all.
    pub fn has(self, permission: PermissionId) -> bool {
        self.everywhere.or(self.own).has(permission)
    }

    /// Whether every right held here is held there too.
    pub fn within(self, other: Self) -> bool {
        self.everywhere.within(other.everywhere) && self.own.within(other.own.or(other.everywhere))
    }

    /// How far the right reaches.
    pub fn reach(self, permission: PermissionId) -> Reach {
        if self.everywhere.has(permission) {
            Reach::Everywhere
        } else if self.own.has(permission) {
            Reach::OwnCompanies
        } else {
            Reach::Nowhere
        }
    }

    /// What is held in the whole organization.
    pub fn everywhere(self) -> PermissionSet {
        self.everywhere
    }

    /// What is held in own companies, whether or not it is held everywhere too.
    pub fn own(self) -> PermissionSet {
        self.own
    }

    /// The same without one right.
    #[must_use]
    pub fn without(self, permission: PermissionId) -> Self {
        let one = PermissionSet::NONE.with(permission);
        Self {
            everywhere: self.everywhere.without(one),
            own: self.own.without(one),
        }
    }

    /// The rights of an operator in a support session.
    pub fn of_support() -> Self {
        Self {
            everywhere: Column::Operator.marks().support,
            own: PermissionSet::NONE,
        }
    }

    /// The same while the organization waits for its deletion: only what shows something.
    #[must_use]
    pub fn read_only(self) -> Self {
        Self {
            everywhere: self.everywhere.and(PermissionSet::READING),
            own: self.own.and(PermissionSet::READING),
        }
    }
}

/// Cells of one kind, switched on or off against the table: a member's overrides, or a policy for one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Overrides {
    /// Switched on.
    pub allow: PermissionSet,
    /// Switched off; it wins.
    pub deny: PermissionSet,
}

impl Overrides {
    /// Nothing is switched.
    pub const NONE: Self = Self {
        allow: PermissionSet::NONE,
        deny: PermissionSet::NONE,
    };

    /// Whether nothing is switched.
    pub fn is_empty(self) -> bool {
        self.allow.is_empty() && self.deny.is_empty()
    }

    /// `Some(true)` when allowed, `Some(false)` when denied.
    pub fn effect(self, permission: PermissionId) -> Option<bool> {
        if self.deny.has(permission) {
            Some(false)
        } else {
            self.allow.has(permission).then_some(true)
        }
    }

    /// With one cell set: `None` gives it back to the table.
    #[must_use]
    pub fn set(self, permission: PermissionId, effect: Option<bool>) -> Self {
        let one = PermissionSet::NONE.with(permission);
        let (allow, deny) = (self.allow.without(one), self.deny.without(one));
        match effect {
            Some(true) => Self {
                allow: allow.or(one),
                deny,
            },
            Some(false) => Self {
                allow,
                deny: deny.or(one),
            },
            None => Self { allow, deny },
        }
    }

    /// As an object of keys with `allow` or `deny`, for the database and for deeds.
    pub fn json(self) -> Value {
        let each = |set: PermissionSet, word: &'static str| {
            set.iter()
                .map(move |permission| (permission.key().to_owned(), word.into()))
        };
        Value::Object(each(self.allow, "allow").chain(each(self.deny, "deny")).collect())
    }

    /// As it is stored; nothing for nothing.
    pub fn text(self) -> String {
        if self.is_empty() {
            String::new()
        } else {
            self.json().to_string()
        }
    }

    /// Reads what is stored. Keys and words of a newer program are left out.
    pub fn read(text: &str) -> Self {
        if text.is_empty() {
            return Self::NONE;
        }
        let Ok(Value::Object(map)) = serde_json::from_str(text) else {
            return Self::NONE;
        };
        Self::of(&map)
    }

    fn of(map: &Map<String, Value>) -> Self {
        let one = |word: &str| {
            PermissionSet::of(
                map.iter()
                    .filter(|(_, value)| *value == word)
                    .filter_map(|(key, _)| PermissionId::parse(key)),
            )
        };
        Self {
            allow: one("allow"),
            deny: one("deny"),
        }
    }
}

/// An organization's own word on the cells that the table leaves open: "Admins may manage billing".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RolePolicies([Overrides; COLUMNS]);

impl RolePolicies {
    /// The switched cells of a column.
    pub fn of(&self, column: Column) -> Overrides {
        self.0[column.at()]
    }

    /// With one cell set: `None` gives it back to the table.
    #[must_use]
    pub fn set(mut self, column: Column, permission: PermissionId, effect: Option<bool>) -> Self {
        let cells = &mut self.0[column.at()];
        *cells = cells.set(permission, effect);
        self
    }

    /// As it is stored; nothing for nothing.
    pub fn text(&self) -> String {
        let switched: Map<String, Value> = columns()
            .filter(|column| !self.of(*column).is_empty())
            .map(|column| (column.key(), self.of(column).json()))
            .collect();
        if switched.is_empty() {
            String::new()
        } else {
            Value::Object(switched).to_string()
        }
    }

    /// Reads what is stored.
    pub fn read(text: &str) -> Self {
        let mut policies = Self::default();
        if text.is_empty() {
            return policies;
        }
        let Ok(Value::Object(map)) = serde_json::from_str::<Value>(text) else {
            return policies;
        };
        for (key, cells) in &map {
            if let (Some(column), Value::Object(cells)) = (Column::parse(key), cells) {
                policies.0[column.at()] = Overrides::of(cells);
            }
        }
        policies
    }
}

/// The columns that people can have, highest first.
pub fn columns() -> impl Iterator<Item = Column> {
    let organization = Role::ALL.iter().map(|role| Column::Organization(*role));
    organization.chain(CompanyRole::ALL.iter().map(|role| Column::Company(*role)))
}

/// A role in the organization with the permissions that replace the table's, when it is a custom one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleGrant {
    /// The built-in role, or the one a custom role stands at: it gives the rank.
    pub role: Role,
    /// The permissions of a custom role.
    pub custom: Option<PermissionSet>,
}

impl From<Role> for RoleGrant {
    fn from(role: Role) -> Self {
        Self { role, custom: None }
    }
}

impl RoleGrant {
    /// What it gives in the whole organization under these policies.
    pub fn gives(self, policies: &RolePolicies) -> PermissionSet {
        if let Some(set) = self.custom {
            set.with(ViewOrganization::ID)
        } else {
            let column = Column::Organization(self.role);
            let (marks, policy) = (column.marks(), policies.of(column));
            marks
                .always
                .or(marks.on.without(policy.deny))
                .or(marks.off.and(policy.allow).without(policy.deny))
        }
    }

    /// The cells that an override may switch on.
    pub fn grantable(self, policies: &RolePolicies) -> PermissionSet {
        if let Some(set) = self.custom {
            DELEGABLE.without(set)
        } else {
            let column = Column::Organization(self.role);
            column
                .marks()
                .off
                .or(column.marks().on)
                .without(policies.of(column).deny)
        }
    }

    /// The cells that no override switches off.
    pub fn fixed(self) -> PermissionSet {
        match self.custom {
            Some(_) => PermissionSet::NONE.with(ViewOrganization::ID),
            None => Column::Organization(self.role).marks().always,
        }
    }
}

/// What a custom role may be made of: everything that any role below the Owner can have.
pub const DELEGABLE: PermissionSet = {
    let mut set = PermissionSet::NONE;
    let mut at = 1;
    while at < Role::ALL.len() {
        let marks = Column::Organization(Role::ALL[at]).marks();
        set = set.or(marks.always).or(marks.on).or(marks.off).or(marks.own);
        at += 1;
    }
    set
};

/// Everything that decides what somebody may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessInputs {
    /// Whether the membership counts: not suspended, not removed, not past its end.
    pub in_force: bool,
    /// Whether the organization waits for its deletion.
    pub read_only: bool,
    /// The person's own role, then those of their groups.
    pub roles: Vec<RoleGrant>,
    /// The distinct roles in companies.
    pub companies: Vec<CompanyRole>,
    /// What was switched for this person.
    pub overrides: Overrides,
    /// What was switched for their roles.
    pub policies: RolePolicies,
}

impl AccessInputs {
    /// An active member with a built-in role and nothing else.
    pub fn of(role: Role, companies: &[CompanyRole]) -> Self {
        Self {
            in_force: true,
            read_only: false,
            roles: vec![role.into()],
            companies: companies.to_vec(),
            overrides: Overrides::NONE,
            policies: RolePolicies::default(),
        }
    }

    /// The effective rights: organization role ∪ company roles ∪ groups, + allow, − deny (deny wins), ∩ policy and state.
    pub fn permissions(&self) -> Permissions {
        if !self.in_force {
            return Permissions::default();
        }
        let (mut given, mut open, mut fixed) = (PermissionSet::NONE, PermissionSet::NONE, PermissionSet::NONE);
        let (mut own, mut open_own) = (PermissionSet::NONE, PermissionSet::NONE);
        for held in &self.roles {
            given = given.or(held.gives(&self.policies));
            open = open.or(held.grantable(&self.policies));
            fixed = fixed.or(held.fixed());
            own = own.or(Column::Organization(held.role).marks().own);
        }
        for role in &self.companies {
            let column = Column::Company(*role);
            let (marks, policy) = (column.marks(), self.policies.of(column));
            own = own
                .or(marks.always)
                .or(marks.own)
                .or(marks.on.without(policy.deny))
                .or(marks.off.and(policy.allow).without(policy.deny));
            open_own = open_own.or(marks.off.or(marks.on).without(policy.deny));
        }
        let denied = self.overrides.deny.without(fixed);
        let mut everywhere = given.or(self.overrides.allow.and(open)).without(denied);
        let own = own.or(self.overrides.allow.and(open_own)).without(denied);
        // What every company role has of the organization itself (its name, its existence) is no matter of companies.
        if own.has(ViewOrganization::ID) {
            everywhere = everywhere.with(ViewOrganization::ID);
        }
        let permissions = Permissions { everywhere, own };
        if self.read_only {
            permissions.read_only()
        } else {
            permissions
        }
    }

    /// The effective rights in one company, where the member has this company role (`None`: not assigned).
    pub fn in_company(&self, company: Option<CompanyRole>) -> Permissions {
        let here = Self {
            companies: company.into_iter().collect(),
            ..self.clone()
        };
        let permissions = here.permissions();
        // Without an assignment no company is the member's own.
        let own = if company.is_some() {
            permissions.own
        } else {
            PermissionSet::NONE
        };
        Permissions {
            everywhere: permissions.everywhere.or(own),
            own: PermissionSet::NONE,
        }
    }

    /// The cells that can be switched for this person: what the table leaves open in one of their roles, and none holds
    /// always.
    pub fn open(&self) -> PermissionSet {
        let (mut open, mut fixed) = (PermissionSet::NONE, PermissionSet::NONE);
        for held in &self.roles {
            let switched_off = held.gives(&self.policies).without(held.fixed());
            open = open.or(held.grantable(&self.policies)).or(switched_off);
            fixed = fixed.or(held.fixed());
        }
        for role in &self.companies {
            let column = Column::Company(*role);
            let marks = column.marks();
            open = open.or(marks.on.or(marks.off).without(self.policies.of(column).deny));
        }
        open.without(fixed)
    }

    /// The role that gives the rank: the highest of one's own and the groups'.
    pub fn role(&self) -> Role {
        let mut roles = self.roles.iter().map(|held| held.role);
        roles.next().map_or(Role::Member, |own| Role::highest(own, roles))
    }

    /// What this person may hand out.
    pub fn authority(&self) -> Authority {
        Authority {
            role: self.role(),
            permissions: self.permissions(),
            policies: self.policies,
        }
    }
}

/// What somebody may hand out: never more than they hold, never above their rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authority {
    /// The role that gives the rank.
    pub role: Role,
    /// The effective rights.
    pub permissions: Permissions,
    /// What was switched for the roles of the organization: it tells what a role would give.
    pub policies: RolePolicies,
}

impl Authority {
    /// The authority of a role by itself.
    pub fn of(role: Role, companies: &[CompanyRole]) -> Self {
        AccessInputs::of(role, companies).authority()
    }

    /// What may be handed out in the whole organization. A User admin is entrusted with bringing in people who see and
    /// edit what the User admin does not: the roles below them, as they are.
    pub fn ceiling(&self) -> PermissionSet {
        let held = self.permissions.everywhere();
        if self.role == Role::UserAdmin && held.has(ChangeRoles::ID) {
            [Role::Editor, Role::Viewer, Role::Member]
                .into_iter()
                .fold(held, |set, role| set.or(RoleGrant::from(role).gives(&self.policies)))
        } else {
            held
        }
    }

    /// What a role gives by itself under these policies.
    pub fn role_rights(&self, held: impl Into<RoleGrant>) -> Permissions {
        let held = held.into();
        let inputs = AccessInputs {
            roles: vec![held],
            policies: self.policies,
            ..AccessInputs::of(held.role, &[])
        };
        inputs.permissions()
    }

    /// Whether a role may be granted, and so somebody who has it touched: strictly lower ones, Admin by who holds
    /// `members.grant_admin`, Owner by who holds `members.grant_owner`; and nobody grants what they do not hold.
    pub fn may_grant(&self, wanted: impl Into<RoleGrant>) -> bool {
        let wanted = wanted.into();
        let in_rank = match wanted.role {
            Role::Owner => return wanted.custom.is_none() && self.permissions.has(GrantOwner::ID),
            Role::Admin => self.permissions.has(GrantAdmin::ID) && self.role.rank() >= Role::Admin.rank(),
            role => self.role.rank() > role.rank(),
        };
        in_rank && wanted.gives(&self.policies).within(self.ceiling())
    }

    /// Whether somebody with these grounds may be let in again: a right that this person does not hold is not theirs to
    /// give back.
    pub fn may_vouch(&self, inputs: &AccessInputs) -> bool {
        let back = AccessInputs {
            in_force: true,
            ..inputs.clone()
        };
        self.may_grant(back.role()) && back.permissions().everywhere().within(self.ceiling())
    }
}

#[cfg(test)]
mod tests;

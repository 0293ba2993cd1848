//! An invitation.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::actor::Actor;
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, InvitationId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::InvitationStatus;
use crate::models::invitation;
use crate::models::invitation::{CompanyGrant, Invitation};

/// An invitation to the organization.
#[derive(Serialize, ToSchema)]
pub struct InvitationDocument {
    id: InvitationId,
    #[schema(example = "noah@northwind.example")]
    email: String,
    #[schema(example = "Noah")]
    first_name: String,
    #[schema(example = "Brandt")]
    last_name: String,
    role: Role,
    companies: Vec<OfferedCompany>,
    status: InvitationStatus,
    /// When the access ends that it gives.
    #[schema(example = json!(null))]
    access_until: Option<Time>,
    created_at: Time,
    last_sent_at: Time,
    /// Until when it can be accepted.
    expires_at: Time,
}

/// A company in which an invitation gives a role.
#[derive(Serialize, ToSchema)]
pub struct OfferedCompany {
    id: CompanyId,
    #[schema(example = "Harbor Recovery")]
    name: String,
    role: CompanyRole,
}

impl From<CompanyGrant> for OfferedCompany {
    fn from(grant: CompanyGrant) -> Self {
        Self {
            id: grant.company,
            name: grant.name,
            role: grant.role,
        }
    }
}

impl InvitationDocument {
    pub fn of(invitation: Invitation, grants: Vec<CompanyGrant>, now: Time) -> Self {
        Self {
            status: invitation.status_at(now),
            id: invitation.id,
            email: invitation.email,
            first_name: invitation.first_name,
            last_name: invitation.last_name,
            role: invitation.role,
            companies: grants.into_iter().map(OfferedCompany::from).collect(),
            access_until: invitation.access_until,
            created_at: invitation.created_at,
            last_sent_at: invitation.last_sent_at,
            expires_at: invitation.expires_at,
        }
    }

    pub fn all(conn: &mut Conn, actor: &Actor, invitations: Vec<Invitation>) -> Result<Vec<Self>, AppError> {
        let ids: Vec<InvitationId> = invitations.iter().map(|invitation| invitation.id).collect();
        let mut grants: HashMap<InvitationId, Vec<CompanyGrant>> = HashMap::new();
        for (id, grant) in invitation::grants(conn, actor.organization, &ids)? {
            grants.entry(id).or_default().push(grant);
        }
        let document = |invitation: Invitation| {
            let companies = grants.remove(&invitation.id).unwrap_or_default();
            Self::of(invitation, companies, actor.cx.now)
        };
        Ok(invitations.into_iter().map(document).collect())
    }

    /// The invitation as it is after a change.
    pub fn load(conn: &mut Conn, actor: &Actor, id: InvitationId) -> Result<Self, AppError> {
        let invitation = invitation::find(conn, actor.organization, id)?.ok_or(AppError::NotFound)?;
        let grants = invitation::grants_of(conn, actor.organization, id)?;
        Ok(Self::of(invitation, grants, actor.cx.now))
    }
}

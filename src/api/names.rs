//! How identifiers, times and the names of kinds are read and written in JSON, and their schemas.

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::authz::role::{CompanyRole, Role};
use crate::common::day::Day;
use crate::common::id::{ApprovalId, CompanyId, CustomRoleId, InvitationId, MembershipId, ResourceId};
use crate::common::time::Time;
use crate::db::types::inventory::{ResourceKind, ResourceState, SyncStatus};
use crate::db::types::organization::{CompanyStatus, InvitationStatus};
use crate::models::member_search::AccessStatus;

macro_rules! kinds {
    ($($kind:ident $example:literal)+) => {$(
        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> { to.serialize_str(self.as_str()) }
        }

        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                Self::parse(&text).ok_or_else(|| {
                    let known: Vec<&str> = Self::ALL.iter().map(|kind| kind.as_str()).collect();
                    D::Error::custom(format!("expected one of {}", known.join(", ")))
                })
            }
        }

        impl PartialSchema for $kind {
            fn schema() -> RefOr<Schema> {
                let names = Self::ALL.iter().map(|kind| kind.as_str());
                text().enum_values(Some(names)).examples([$example]).into()
            }
        }

        impl ToSchema for $kind {}
    )+};
}

macro_rules! identifiers {
    ($($id:ident)+) => {$(
        impl Serialize for $id {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> { to.serialize_str(self.as_str()) }
        }

        impl PartialSchema for $id {
            fn schema() -> RefOr<Schema> {
                text()
                    .pattern(Some("^[0-9a-f]{32}$"))
                    .examples(["0193a1b2c3d4e5f60718293a4b5c6d7e"])
                    .into()
            }
        }

        impl ToSchema for $id {}
    )+};
}

kinds! { Role "member" CompanyRole "editor" CompanyStatus "active" InvitationStatus "pending" AccessStatus "active" }
kinds! { ResourceKind "agent" ResourceState "active" SyncStatus "synced" }
identifiers! { ApprovalId CompanyId CustomRoleId InvitationId MembershipId ResourceId }

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.iso())
    }
}

impl PartialSchema for Time {
    fn schema() -> RefOr<Schema> {
        text()
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .examples(["2026-11-28T09:30:00Z"])
            .into()
    }
}

impl ToSchema for Time {}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.iso())
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("expected a day that exists, like 2027-01-31"))
    }
}

impl PartialSchema for Day {
    fn schema() -> RefOr<Schema> {
        day().into()
    }
}

impl ToSchema for Day {}

fn day() -> Object {
    text()
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
        .examples(["2027-01-31"])
        .build()
}

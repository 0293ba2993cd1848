//! The description of the API (OpenAPI 3.1), made of what its handlers say about themselves.

use utoipa::OpenApi;

use crate::api::{
    companies, company_settings, events, facts, invitations, members, organization, reports, resource_archiving,
    resource_restoring, resources, voiding,
};

/// The routes, in the order of the reference. Security, quotas and problems are added where the routes are known
/// (`routes/openapi.rs`).
#[derive(OpenApi)]
#[openapi(
    paths(
        organization::show,
        companies::index,
        companies::create::create,
        companies::show,
        company_settings::show,
        company_settings::update,
        companies::update,
        companies::archiving::create,
        companies::restoring::create,
        members::index,
        members::show,
        members::update,
        members::destroy,
        members::suspension::create,
        members::restoration::create,
        members::companies::index,
        members::companies::update,
        members::companies::destroy,
        invitations::index,
        invitations::create::create,
        invitations::show,
        invitations::resending::create,
        invitations::cancellation::create,
        resources::index,
        resources::create,
        resources::show,
        resources::update,
        resource_archiving::create,
        resource_restoring::create,
        reports::index,
        events::create,
        voiding::create,
        facts::create,
        facts::update,
    ),
    tags(
        (name = "Organization", description = "The organization that the key belongs to."),
        (name = "Companies", description = "The companies of the organization, as far as the key reaches them."),
        (name = "Members", description = "Who belongs to the organization, with which roles."),
        (name = "Invitations", description = "People who are asked to join."),
        (name = "Resources", description = "Agents, campaigns, lead lists, phone numbers, knowledge sources and apps."),
        (name = "Reports", description = "Sums of usage, figures and costs."),
        (name = "Usage", description = "What companies used, and the figures of their days.")
    )
)]
pub struct ApiRoutes;

//! Tenantry: a self-hosted organization console for multi-tenant software.
//!
//! Imports point downward only: `cli → server → routes, jobs → handlers, api → web → services → api_auth → auth → models →
//! audit, mail → app → db → authz, rating, common`. `docs/ARCHITECTURE.md` has the picture and walkthroughs.

pub mod api;
pub mod api_auth;
pub mod app;
pub mod audit;
pub mod auth;
pub mod authz;
pub mod cli;
pub mod common;
pub mod db;
pub mod handlers;
pub mod jobs;
pub mod mail;
pub mod models;
pub mod queue;
pub mod rating;
pub mod routes;
pub mod server;
pub mod services;
pub mod web;

//! Tenantry: a self-hosted organization console for multi-tenant software.
//!
//! One request flows one way through the floors: `routes` → a room's handler → the gate (session, membership, right,
//! transaction) → a page struct → its template. `docs/ARCHITECTURE.md` has the picture and two walkthroughs.

pub mod clock;
pub mod commands;
pub mod gate;
pub mod ground;
pub mod people;
pub mod post;
pub mod rooms;
pub mod routes;
pub mod server;

//! The instance page: organizations, accounts, letters, health, and support sessions.

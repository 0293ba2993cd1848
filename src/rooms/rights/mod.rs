//! Rights beyond the table: overrides, policies, custom roles; why somebody may do something; requests for more.

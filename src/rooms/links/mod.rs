//! Onboarding links: how strangers come in, and who waits for approval.

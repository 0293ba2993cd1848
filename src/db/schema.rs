//! The tables, each with the module that writes it.
#![allow(
    missing_docs,
    reason = "the columns are described in migrations/ and on the row structs"
)]

diesel::table! {
    instance (id) {
        id -> Integer,
        operator_id -> Nullable<Text>,
        key_fingerprint -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    instance_pages (id) {
        id -> Integer,
        page_version -> BigInt,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        email -> Text,
        name -> Text,
        password_hash -> Text,
        email_verified_at -> Nullable<BigInt>,
        is_operator -> Bool,
        organization_limit -> Nullable<Integer>,
        invitation_limit -> Nullable<Integer>,
        created_at -> BigInt,
        timezone -> Nullable<Text>,
        page_version -> BigInt,
        second_factor -> Bool,
        device_epoch -> Integer,
        first_sign_in_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (token_hash) {
        token_hash -> Text,
        id -> Text,
        user_id -> Text,
        ip -> Text,
        agent -> Text,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        password_at -> Nullable<BigInt>,
        totp_at -> Nullable<BigInt>,
        backup_code_at -> Nullable<BigInt>,
        passkey_at -> Nullable<BigInt>,
        verified_passkey_at -> Nullable<BigInt>,
        longest_idle -> BigInt,
    }
}

diesel::table! {
    totp_secrets (user_id) {
        user_id -> Text,
        secret -> Text,
        confirmed_at -> Nullable<BigInt>,
        generation -> Integer,
        last_step -> BigInt,
    }
}

diesel::table! {
    backup_codes (user_id, code_hash) {
        user_id -> Text,
        code_hash -> Text,
        created_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    passkeys (id) {
        id -> Text,
        user_id -> Text,
        credential_id -> Text,
        name -> Text,
        credential -> Text,
        counter -> BigInt,
        backup_eligible -> Bool,
        backed_up -> Bool,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    passkey_ceremonies (challenge_hash) {
        challenge_hash -> Text,
        kind -> Text,
        user_id -> Nullable<Text>,
        holder -> Nullable<Text>,
        state -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    sign_in_steps (token_hash) {
        token_hash -> Text,
        user_id -> Text,
        password_hash -> Text,
        attempts -> Integer,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    email_tokens (token_hash) {
        token_hash -> Text,
        kind -> Text,
        user_id -> Text,
        email -> Text,
        next -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    login_attempts (id) {
        id -> Text,
        email -> Text,
        ip -> Text,
        kind -> Text,
        source -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    account_requests (id) {
        id -> Text,
        kind -> Text,
        email -> Text,
        next -> Text,
        user_id -> Text,
        name -> Text,
        password_hash -> Text,
        reminds -> Bool,
        ip -> Text,
        agent -> Text,
        request_id -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    account_events (user_id, id) {
        user_id -> Text,
        id -> Text,
        v -> Integer,
        at -> BigInt,
        actor_kind -> Text,
        actor_id -> Nullable<Text>,
        actor_name -> Text,
        on_behalf_of -> Nullable<Text>,
        ip -> Text,
        agent -> Text,
        request_id -> Text,
        action -> Text,
        target_kind -> Text,
        target_id -> Text,
        target_label -> Text,
        before -> Text,
        after -> Text,
    }
}

diesel::table! {
    organizations (id) {
        id -> Text,
        name -> Text,
        organization_type -> Text,
        unit_label -> Text,
        status -> Text,
        region -> Text,
        domain -> Text,
        owner_count -> Integer,
        active_companies -> BigInt,
        archived_companies -> BigInt,
        created_by -> Text,
        created_at -> BigInt,
        timezone -> Text,
        currency -> Text,
        policies -> Text,
        dual_control -> Bool,
        support_consent -> Bool,
        support_consent_by -> Text,
        delete_after -> Nullable<BigInt>,
        assignment_count -> BigInt,
        page_version -> BigInt,
        pending_invitations -> BigInt,
        two_factor -> Text,
        two_factor_from -> Nullable<BigInt>,
        two_factor_grace_days -> Integer,
        checklist_due_at -> Nullable<BigInt>,
        two_factor_reminder -> Integer,
        two_factor_reminded -> Nullable<Text>,
        idle_minutes -> Nullable<Integer>,
        absolute_hours -> Nullable<Integer>,
        step_up_minutes -> Integer,
        sessions_from -> BigInt,
    }
}

diesel::table! {
    organization_slugs (slug) {
        slug -> Text,
        organization_id -> Text,
        is_current -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    role_counts (organization_id, role) {
        organization_id -> Text,
        role -> Text,
        members -> BigInt,
        suspended -> BigInt,
    }
}

diesel::table! {
    companies (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        name -> Text,
        slug -> Text,
        sort_name -> Binary,
        status -> Text,
        member_count -> BigInt,
        created_at -> BigInt,
        archived_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    former_company_slugs (organization_id, slug) {
        organization_id -> Text,
        slug -> Text,
        company_id -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    deleted_companies (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        name -> Text,
        slug -> Text,
        created_at -> BigInt,
        archived_at -> Nullable<BigInt>,
        deleted_by -> Text,
        deleted_at -> BigInt,
        delete_after -> BigInt,
        is_begun -> Bool,
    }
}

diesel::table! {
    memberships (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        user_id -> Text,
        role -> Text,
        status -> Text,
        access_until -> Nullable<BigInt>,
        invited_by -> Nullable<Text>,
        joined_at -> BigInt,
        last_seen_at -> Nullable<BigInt>,
        removed_at -> Nullable<BigInt>,
        removed_by -> Nullable<Text>,
        sort_name -> Nullable<Binary>,
        direct_role -> Text,
        custom_role_id -> Nullable<Text>,
        overrides -> Text,
        group_count -> Integer,
        suspended_at -> Nullable<BigInt>,
        suspended_by -> Nullable<Text>,
        suspend_reason -> Text,
        restorable_until -> Nullable<BigInt>,
        removal_snapshot -> Text,
        sessions_from -> BigInt,
        second_factor -> Bool,
    }
}

diesel::table! {
    member_search_terms (organization_id, word, sort_name, membership_id) {
        organization_id -> Text,
        word -> Binary,
        sort_name -> Binary,
        membership_id -> Text,
    }
}

diesel::table! {
    company_search_terms (organization_id, status, word, sort_name, company_id) {
        organization_id -> Text,
        status -> Text,
        word -> Binary,
        sort_name -> Binary,
        company_id -> Text,
    }
}

diesel::table! {
    invitation_search_terms (organization_id, status, word, created_at, invitation_id) {
        organization_id -> Text,
        status -> Text,
        word -> Binary,
        created_at -> BigInt,
        invitation_id -> Text,
    }
}

diesel::table! {
    company_assignments (organization_id, membership_id, company_id) {
        organization_id -> Text,
        membership_id -> Text,
        company_id -> Text,
        role -> Text,
        access_until -> Nullable<BigInt>,
        origin -> Text,
        sort_name -> Binary,
        created_at -> BigInt,
        direct_role -> Nullable<Text>,
    }
}

diesel::table! {
    deleted_assignments (organization_id, deleted_company_id, membership_id) {
        organization_id -> Text,
        deleted_company_id -> Text,
        membership_id -> Text,
        role -> Text,
        access_until -> Nullable<BigInt>,
        origin -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    company_pins (organization_id, membership_id, company_id) {
        organization_id -> Text,
        membership_id -> Text,
        company_id -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        kind -> Text,
        key -> Text,
        priority -> Integer,
        run_at -> BigInt,
        attempts -> Integer,
        lease_until -> Nullable<BigInt>,
        fence -> BigInt,
        last_error -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    mail_outbox (id) {
        id -> Text,
        kind -> Text,
        to_name -> Text,
        to_email -> Text,
        subject -> Text,
        html -> Text,
        text -> Text,
        seed -> Nullable<Text>,
        state -> Text,
        attempts -> Integer,
        next_attempt_at -> BigInt,
        last_error -> Text,
        created_at -> BigInt,
        sent_at -> Nullable<BigInt>,
        organization -> Nullable<Text>,
        attachment_name -> Nullable<Text>,
        attachment -> Nullable<Text>,
    }
}

diesel::table! {
    invitations (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        email -> Text,
        first_name -> Text,
        last_name -> Text,
        role -> Text,
        message -> Text,
        access_until -> Nullable<BigInt>,
        status -> Text,
        hands_over -> Bool,
        invited_by -> Text,
        mail_id -> Nullable<Text>,
        sent_count -> Integer,
        last_sent_at -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        closed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    invitation_grants (organization_id, invitation_id, company_id) {
        organization_id -> Text,
        invitation_id -> Text,
        company_id -> Text,
        role -> Text,
    }
}

diesel::table! {
    invitation_tokens (token_hash) {
        token_hash -> Text,
        organization_id -> Text,
        invitation_id -> Text,
        seed -> Text,
        is_current -> Bool,
        sent_by -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    organization_blocks (organization_id, email) {
        organization_id -> Text,
        email -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    sender_blocks (user_id, email) {
        user_id -> Text,
        email -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    invitation_reports (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        invitation_id -> Text,
        sender_id -> Text,
        email -> Text,
        comment -> Text,
        created_at -> BigInt,
        closed_at -> Nullable<BigInt>,
        closed_by -> Nullable<Text>,
    }
}

diesel::table! {
    audit_events (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        v -> Integer,
        at -> BigInt,
        actor_kind -> Text,
        actor_id -> Nullable<Text>,
        actor_name -> Text,
        on_behalf_of -> Nullable<Text>,
        company_id -> Nullable<Text>,
        ip -> Text,
        agent -> Text,
        request_id -> Text,
        action -> Text,
        target_kind -> Text,
        target_id -> Text,
        target_label -> Text,
        before -> Text,
        after -> Text,
        seq -> BigInt,
        prev_hash -> Text,
        hash -> Text,
    }
}

diesel::table! {
    organization_intake (organization_id) {
        organization_id -> Text,
        industry -> Text,
        team_size -> Text,
        purpose -> Text,
        source -> Text,
    }
}

diesel::table! {
    organization_drafts (user_id) {
        user_id -> Text,
        fields -> Text,
        saved_at -> BigInt,
    }
}

diesel::table! {
    organization_contacts (organization_id, kind) {
        organization_id -> Text,
        kind -> Text,
        email -> Text,
        verified_at -> Nullable<BigInt>,
        pending_email -> Text,
        token_hash -> Nullable<Text>,
        asked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    member_views (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        membership_id -> Text,
        name -> Text,
        query -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    custom_roles (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        name -> Text,
        description -> Text,
        base -> Text,
        permissions -> Text,
        created_by -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    groups (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        name -> Text,
        description -> Text,
        role -> Text,
        member_count -> BigInt,
        created_by -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    group_members (organization_id, group_id, membership_id) {
        organization_id -> Text,
        group_id -> Text,
        membership_id -> Text,
        added_at -> BigInt,
    }
}

diesel::table! {
    group_grants (organization_id, group_id, company_id) {
        organization_id -> Text,
        group_id -> Text,
        company_id -> Text,
        role -> Text,
    }
}

diesel::table! {
    access_requests (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        membership_id -> Text,
        permission -> Text,
        company_id -> Nullable<Text>,
        note -> Text,
        status -> Text,
        created_at -> BigInt,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        answer -> Text,
    }
}

diesel::table! {
    approvals (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        action -> Text,
        payload -> Text,
        label -> Text,
        requested_by -> Text,
        approver_id -> Nullable<Text>,
        status -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    api_keys (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        name -> Text,
        prefix -> Text,
        key_hash -> Text,
        scopes -> Text,
        company_id -> Nullable<Text>,
        allowed_ips -> Text,
        owner_id -> Text,
        created_by -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        rotated_from -> Nullable<Text>,
        overlap_until -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        last_used_ip -> Text,
        idle_since -> BigInt,
        flagged_at -> Nullable<BigInt>,
        refused_at -> Nullable<BigInt>,
        refused_ip -> Text,
        refused_reason -> Nullable<Text>,
    }
}

diesel::table! {
    onboarding_links (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        name -> Text,
        purpose -> Text,
        token_hash -> Text,
        seed -> Text,
        role -> Text,
        company_role -> Text,
        companies -> Text,
        domains -> Text,
        approval -> Bool,
        max_uses -> Nullable<Integer>,
        expires_at -> Nullable<BigInt>,
        disabled_at -> Nullable<BigInt>,
        uses -> Integer,
        opened -> BigInt,
        signed_up -> BigInt,
        joined -> BigInt,
        last_used_at -> Nullable<BigInt>,
        created_by -> Text,
        authorized_by -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    retired_link_tokens (token_hash) {
        token_hash -> Text,
        organization_id -> Text,
        link_id -> Text,
        replaced_at -> BigInt,
    }
}

diesel::table! {
    join_requests (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        link_id -> Text,
        user_id -> Text,
        company_name -> Text,
        status -> Text,
        created_at -> BigInt,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit_heads (organization_id) {
        organization_id -> Text,
        seq -> BigInt,
        hash -> Text,
        sealed_seq -> BigInt,
        sealed_day -> Text,
    }
}

diesel::table! {
    audit_seals (organization_id, day) {
        organization_id -> Text,
        day -> Text,
        seq -> BigInt,
        hash -> Text,
        signature -> Text,
        sealed_at -> BigInt,
    }
}

diesel::table! {
    support_sessions (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        operator_id -> Text,
        reason -> Text,
        consent_by -> Text,
        started_at -> BigInt,
        ends_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    access_reviews (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        name -> Text,
        status -> Text,
        due_at -> BigInt,
        started_by -> Text,
        started_at -> BigInt,
        closed_by -> Nullable<Text>,
        closed_at -> Nullable<BigInt>,
        mailing -> Text,
        mailed_to -> Text,
        reminders -> Integer,
        reminded_at -> Nullable<BigInt>,
        report -> Text,
        signature -> Text,
    }
}

diesel::table! {
    access_review_companies (organization_id, review_id, company_id) {
        organization_id -> Text,
        review_id -> Text,
        company_id -> Text,
        item_count -> BigInt,
        open -> BigInt,
        filled -> Bool,
        filled_to -> Text,
    }
}

diesel::table! {
    access_review_items (organization_id, review_id, id) {
        organization_id -> Text,
        review_id -> Text,
        id -> Text,
        membership_id -> Text,
        company_id -> Text,
        sort_name -> Binary,
        role -> Text,
        decision -> Text,
        new_role -> Text,
        note -> Text,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        removed_role -> Text,
        removed_origin -> Text,
        removed_until -> Nullable<BigInt>,
        suspended -> Bool,
        restored_by -> Nullable<Text>,
        restored_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    settings_reviews (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        reviewed_by -> Text,
        reviewed_at -> BigInt,
        passed -> Integer,
        checks -> Integer,
    }
}

diesel::table! {
    usage_events (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        company_id -> Text,
        meter -> Text,
        quantity -> BigInt,
        occurred_at -> BigInt,
        day -> Integer,
        received_at -> BigInt,
        source -> Text,
        event_id -> Text,
        sender_id -> Text,
        conflicts -> Integer,
        voided_at -> Nullable<BigInt>,
        voided_by -> Nullable<Text>,
        void_reason -> Nullable<Text>,
    }
}

diesel::table! {
    api_answers (organization_id, api_key_id, idempotency_key) {
        organization_id -> Text,
        api_key_id -> Text,
        idempotency_key -> Text,
        request -> Text,
        company_id -> Nullable<Text>,
        status -> Integer,
        content_type -> Text,
        location -> Nullable<Text>,
        body -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    usage_event_keys (organization_id, event_key) {
        organization_id -> Text,
        event_key -> Text,
        usage_event_id -> Text,
        content -> Text,
        received_at -> BigInt,
    }
}

diesel::table! {
    usage_days (organization_id, scope, meter, day) {
        organization_id -> Text,
        scope -> Text,
        meter -> Text,
        day -> Integer,
        quantity -> BigInt,
        events -> BigInt,
    }
}

diesel::table! {
    usage_months (organization_id, scope, meter, month) {
        organization_id -> Text,
        scope -> Text,
        meter -> Text,
        month -> Integer,
        quantity -> BigInt,
        events -> BigInt,
    }
}

diesel::table! {
    usage_zones (organization_id, first_day) {
        organization_id -> Text,
        first_day -> Integer,
        begins_at -> BigInt,
        timezone -> Text,
    }
}

diesel::table! {
    company_facts (organization_id, company_id, day) {
        organization_id -> Text,
        company_id -> Text,
        day -> Integer,
        cases_open -> Nullable<BigInt>,
        cases_new -> Nullable<BigInt>,
        cases_closed -> Nullable<BigInt>,
        campaigns_active -> Nullable<BigInt>,
        placed_minor -> Nullable<BigInt>,
        recovered_minor -> Nullable<BigInt>,
        updated_at -> BigInt,
    }
}

diesel::table! {
    fact_days (organization_id, scope, day) {
        organization_id -> Text,
        scope -> Text,
        day -> Integer,
        reports -> BigInt,
        cases_new -> BigInt,
        cases_closed -> BigInt,
        placed_minor -> BigInt,
        recovered_minor -> BigInt,
    }
}

diesel::table! {
    fact_months (organization_id, scope, month) {
        organization_id -> Text,
        scope -> Text,
        month -> Integer,
        reports -> BigInt,
        cases_new -> BigInt,
        cases_closed -> BigInt,
        placed_minor -> BigInt,
        recovered_minor -> BigInt,
    }
}

diesel::table! {
    rate_cards (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        currency -> Text,
        from_month -> Integer,
        prices -> Text,
        created_at -> BigInt,
        created_by -> Text,
    }
}

diesel::table! {
    report_schedules (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        name -> Text,
        every -> Text,
        due_at -> Nullable<BigInt>,
        created_at -> BigInt,
        created_by -> Text,
        last_sent_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    report_recipients (organization_id, schedule_id, membership_id) {
        organization_id -> Text,
        schedule_id -> Text,
        membership_id -> Text,
        token_seed -> Text,
        token_hash -> Text,
        last_sent_at -> Nullable<BigInt>,
        skipped -> Nullable<Text>,
        unsubscribed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    usage_imports (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        kind -> Text,
        status -> Text,
        file_name -> Text,
        header -> Text,
        column_fields -> Text,
        decimal_comma -> Bool,
        row_count -> BigInt,
        accepted -> BigInt,
        duplicates -> BigInt,
        rejected -> BigInt,
        created_by -> Text,
        created_at -> BigInt,
        confirmed_by -> Nullable<Text>,
        confirmed_at -> Nullable<BigInt>,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    usage_import_pieces (organization_id, import_id, piece) {
        organization_id -> Text,
        import_id -> Text,
        piece -> Integer,
        rows -> Text,
    }
}

diesel::table! {
    usage_import_rejections (organization_id, import_id, line) {
        organization_id -> Text,
        import_id -> Text,
        line -> BigInt,
        cells -> Text,
        column_at -> Nullable<Integer>,
        fault -> Text,
    }
}

diesel::table! {
    company_settings (organization_id, company_id) {
        organization_id -> Text,
        company_id -> Text,
        external_ref -> Nullable<Text>,
        timezone -> Nullable<Text>,
        hours -> Nullable<Text>,
        sender_ids -> Nullable<Text>,
        agents -> Nullable<Text>,
        knowledge -> Nullable<Text>,
    }
}

diesel::table! {
    company_defaults (organization_id) {
        organization_id -> Text,
        hours -> Nullable<Text>,
        sender_ids -> Text,
        agents -> Text,
        knowledge -> Text,
    }
}

diesel::table! {
    resources (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        kind -> Text,
        company_id -> Nullable<Text>,
        name -> Text,
        sort_name -> Binary,
        state -> Text,
        listed_as -> Text,
        external_ref -> Nullable<Text>,
        details -> Text,
        sync_status -> Nullable<Text>,
        synced_at -> Nullable<BigInt>,
        created_by -> Text,
        created_at -> BigInt,
        archived_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    resource_search_terms (organization_id, listed_as, word, sort_name, resource_id) {
        organization_id -> Text,
        listed_as -> Text,
        word -> Binary,
        sort_name -> Binary,
        resource_id -> Text,
    }
}

diesel::table! {
    resource_counts (organization_id, scope, listed_as, kind) {
        organization_id -> Text,
        scope -> Text,
        listed_as -> Text,
        kind -> Text,
        resources -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    instance,
    instance_pages,
    users,
    sessions,
    totp_secrets,
    backup_codes,
    passkeys,
    passkey_ceremonies,
    sign_in_steps,
    email_tokens,
    login_attempts,
    account_requests,
    account_events,
    organizations,
    organization_slugs,
    role_counts,
    companies,
    memberships,
    member_search_terms,
    company_search_terms,
    invitation_search_terms,
    company_assignments,
    jobs,
    mail_outbox,
    invitations,
    invitation_grants,
    invitation_tokens,
    organization_blocks,
    sender_blocks,
    invitation_reports,
    audit_events,
    organization_contacts,
    organization_intake,
    organization_drafts,
    member_views,
    custom_roles,
    groups,
    group_members,
    group_grants,
    access_requests,
    approvals,
    api_keys,
    onboarding_links,
    retired_link_tokens,
    join_requests,
    audit_heads,
    audit_seals,
    support_sessions,
    access_reviews,
    access_review_companies,
    access_review_items,
    former_company_slugs,
    deleted_companies,
    deleted_assignments,
    company_pins,
    settings_reviews,
    usage_events,
    api_answers,
    usage_event_keys,
    usage_days,
    usage_months,
    usage_zones,
    company_facts,
    usage_imports,
    usage_import_pieces,
    usage_import_rejections,
    fact_days,
    fact_months,
    rate_cards,
    report_schedules,
    report_recipients,
    company_settings,
    company_defaults,
    resources,
    resource_search_terms,
    resource_counts
);

diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(memberships -> users (user_id));
diesel::joinable!(memberships -> organizations (organization_id));
diesel::joinable!(organization_slugs -> organizations (organization_id));
diesel::joinable!(invitations -> organizations (organization_id));
diesel::joinable!(invitations -> users (invited_by));
diesel::joinable!(invitations -> mail_outbox (mail_id));
diesel::joinable!(invitation_reports -> organizations (organization_id));
diesel::joinable!(invitation_reports -> users (sender_id));
diesel::joinable!(join_requests -> users (user_id));
diesel::joinable!(join_requests -> organizations (organization_id));

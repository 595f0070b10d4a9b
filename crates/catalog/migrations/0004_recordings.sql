-- What people add to recordings. The recordings themselves are in the store; a session id names one.
create table recording_notes (
    id text primary key,
    project_id bigint not null references projects (id),
    session text not null,
    note text not null,
    -- A JSON list of texts.
    tags text not null,
    -- Milliseconds from the beginning of the recording.
    from_ms bigint not null,
    to_ms bigint,
    author text not null,
    created_at bigint not null,
    updated_at bigint not null
);
create index recording_notes_of_session on recording_notes (project_id, session);

create table recording_watched (
    project_id bigint not null references projects (id),
    -- `user:<id>` or `key:<id>`
    account text not null,
    session text not null,
    at bigint not null,
    primary key (project_id, account, session)
);

create table recording_shares (
    id text primary key,
    project_id bigint not null references projects (id),
    session text not null,
    at_ms bigint not null,
    token_hash text not null unique,
    created_by text not null,
    created_at bigint not null,
    expires_at bigint not null,
    revoked_at bigint,
    views bigint not null
);
create index recording_shares_of_session on recording_shares (project_id, session);

create table recording_settings (
    project_id bigint primary key references projects (id),
    is_on boolean not null,
    -- What the server masks at least: `strict`, `balanced`, `open`
    masking text not null,
    keep_days bigint not null
);

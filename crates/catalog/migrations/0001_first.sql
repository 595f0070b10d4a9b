-- The small mutable things. Written so that PostgreSQL reads it as well: text, bigint, $n parameters, no engine's own functions.
-- Times are milliseconds since 1970, UTC. Secrets are here only as hashes; write keys are public and so are not secrets.

create table settings (
    name text primary key,
    value text not null
);

-- Numbers that only grow: ids that are never given twice, positions in feeds.
create table counters (
    name text primary key,
    value bigint not null
);

create table projects (
    id bigint primary key,
    name text not null,
    timezone text not null,
    week_start text not null,
    session_timeout_minutes bigint not null,
    created_at bigint not null
);

create table write_keys (
    key text primary key,
    project_id bigint not null references projects (id),
    created_at bigint not null,
    -- A key that was replaced goes on working until this moment.
    ends_at bigint
);
create index write_keys_of_project on write_keys (project_id);

create table users (
    id text primary key,
    email text not null,
    email_key text not null unique,
    name text not null,
    language text not null,
    password_hash text,
    -- The role that holds in every project, if any.
    everywhere text,
    created_at bigint not null
);

create table members (
    user_id text not null references users (id),
    project_id bigint not null references projects (id),
    role text not null,
    primary key (user_id, project_id)
);

create table sessions (
    token_hash text primary key,
    user_id text not null references users (id),
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null
);
create index sessions_of_user on sessions (user_id);

create table sign_in_links (
    token_hash text primary key,
    user_id text not null references users (id),
    created_at bigint not null,
    expires_at bigint not null
);

create table api_keys (
    id text primary key,
    project_id bigint not null references projects (id),
    name text not null,
    scopes text not null,
    secret_hash text not null unique,
    created_by text not null,
    created_at bigint not null,
    last_used_at bigint
);
create index api_keys_of_project on api_keys (project_id);

create table reports (
    id text primary key,
    project_id bigint not null references projects (id),
    name text not null,
    kind text not null,
    question text not null,
    view text not null,
    created_by text not null,
    created_at bigint not null,
    updated_at bigint not null
);
create index reports_of_project on reports (project_id, updated_at);

create table group_types (
    project_id bigint not null references projects (id),
    name text not null,
    primary key (project_id, name)
);

-- One row a profile; a deleted one stays as an empty row, so that who follows the changes learns of it.
create table profiles (
    project_id bigint not null,
    -- `person` or `group:<type>`
    kind text not null,
    -- The id as it was sent; a device carries its prefix.
    id text not null,
    hash bigint not null,
    properties text not null,
    search_text text not null,
    first_seen bigint not null,
    updated_at bigint not null,
    deleted boolean not null,
    -- The project's change counter when this row last changed.
    change bigint not null,
    primary key (project_id, kind, id)
);
create index profiles_by_change on profiles (project_id, change);
create index profiles_by_update on profiles (project_id, kind, updated_at, id);

create table audit (
    position bigint primary key,
    at bigint not null,
    actor text not null,
    project_id bigint,
    action text not null,
    object text not null,
    details text not null,
    -- Of this entry and of the hash before it: a removed or altered entry breaks the chain.
    hash text not null
);
create index audit_of_project on audit (project_id, position);

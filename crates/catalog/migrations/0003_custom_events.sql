-- Events under a name of the project's own.
create table custom_events (
    id text primary key,
    project_id bigint not null references projects (id),
    name text not null,
    description text not null,
    -- What it is made of, as JSON.
    made_of text not null,
    created_by text not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (project_id, name)
);

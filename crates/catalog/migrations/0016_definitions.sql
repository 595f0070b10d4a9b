-- What a team writes down, reads by its name and changes: metrics, boards, trees of metrics.
create table definitions (
    id text primary key,
    project_id bigint not null references projects (id),
    kind text not null,
    name text not null,
    -- The latest.
    version bigint not null,
    -- As JSON.
    definition text not null,
    created_by text not null,
    created_at bigint not null,
    updated_by text not null,
    updated_at bigint not null
);

create index definitions_of_project on definitions (project_id, kind, created_at);

-- What each of them was before, and is.
create table definition_versions (
    definition_id text not null references definitions (id) on delete cascade,
    version bigint not null,
    name text not null,
    definition text not null,
    created_by text not null,
    created_at bigint not null,
    primary key (definition_id, version)
);

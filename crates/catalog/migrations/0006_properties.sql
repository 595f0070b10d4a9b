-- Tables that events are looked up in: the text of the file, read when a column is asked for.
create table lookup_tables (
    id text primary key,
    project_id bigint not null references projects (id),
    name text not null,
    description text not null,
    -- Names of the columns as JSON, the key first.
    columns text not null,
    n_rows bigint not null,
    content text not null,
    created_by text not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (project_id, name)
);

-- Properties under a name of the project's own.
create table custom_properties (
    id text primary key,
    project_id bigint not null references projects (id),
    name text not null,
    description text not null,
    -- `event`, `person` or `group:<type>`
    of_kind text not null,
    formula text not null,
    created_by text not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (project_id, of_kind, name)
);

-- What profiles of people were: every change that changed something, in the order in which they came.
create table profile_changes (
    position bigint primary key,
    project_id bigint not null,
    id text not null,
    hash bigint not null,
    at bigint not null,
    -- The operation, as JSON.
    op text not null
);
create index profile_changes_of_project on profile_changes (project_id, position);
create index profile_changes_of_person on profile_changes (project_id, id);

-- Of profiles that are older than this table only the latest values are known; they count from the first change on.
insert into profile_changes (position, project_id, id, hash, at, op)
    select row_number() over (order by project_id, id), project_id, id, hash, first_seen, '{"set":' || properties || '}'
    from profiles where kind = 'person' and not deleted;
insert into counters (name, value) select 'profile history', count(*) from profile_changes;

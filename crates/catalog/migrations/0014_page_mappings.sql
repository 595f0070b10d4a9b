-- How pages are grouped: rules in order, as JSON. One mapping of a project is its own, which questions mean that name none.
create table page_mappings (
    id text primary key,
    project_id bigint not null references projects (id),
    name text not null,
    description text not null,
    is_default boolean not null,
    created_by text not null,
    created_at bigint not null,
    unique (project_id, name)
);
create unique index page_mappings_default on page_mappings (project_id) where is_default;

-- Every change of the rules is a new version, and none goes away before its mapping does.
create table page_mapping_versions (
    mapping_id text not null references page_mappings (id),
    version bigint not null,
    rules text not null,
    created_by text not null,
    created_at bigint not null,
    primary key (mapping_id, version)
);

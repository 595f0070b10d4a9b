-- Saved cohorts: conditions, or a list of people.
create table cohorts (
    id text primary key,
    project_id bigint not null references projects (id),
    name text not null,
    description text not null,
    -- As JSON.
    definition text not null,
    -- How many people are listed; null when the definition is made of conditions.
    listed bigint,
    created_by text not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (project_id, name)
);

-- Tasks: what a team wants done. Attempts at them are answers of the engine, and stand nowhere.
create table tasks (
    id text primary key,
    project_id bigint not null references projects (id),
    name text not null,
    -- Who answers for it, in the words of whoever wrote it down.
    owner text not null,
    -- The latest.
    version bigint not null,
    -- As JSON.
    definition text not null,
    created_by text not null,
    created_at bigint not null,
    updated_at bigint not null
);

create index tasks_of_project on tasks (project_id, created_at);

-- Every definition that it ever had.
create table task_versions (
    task_id text not null references tasks (id) on delete cascade,
    version bigint not null,
    definition text not null,
    created_by text not null,
    created_at bigint not null,
    primary key (task_id, version)
);

-- Surveys: what is being edited, and what was published. Answers are events, and stand elsewhere.
create table surveys (
    id text primary key,
    project_id bigint not null references projects (id),
    name text not null,
    -- draft, running, paused or closed.
    status text not null,
    -- The latest that was published; 0 before the first.
    version bigint not null,
    -- As it is being edited, as JSON.
    definition text not null,
    created_by text not null,
    created_at bigint not null,
    updated_at bigint not null,
    published_at bigint
);

create index surveys_of_project on surveys (project_id, status);

-- Every version that was ever shown: an answer names the one that it was given to.
create table survey_versions (
    survey_id text not null references surveys (id) on delete cascade,
    version bigint not null,
    definition text not null,
    created_by text not null,
    created_at bigint not null,
    primary key (survey_id, version)
);

-- What friction is worth in a project. Every change is a new version, and none goes away: an answer names the version that it was scored by.
create table friction_weights (
    project_id bigint not null references projects (id),
    version bigint not null,
    -- By factor, as JSON; what is not named keeps what holds without.
    weights text not null,
    created_by text not null,
    created_at bigint not null,
    primary key (project_id, version)
);

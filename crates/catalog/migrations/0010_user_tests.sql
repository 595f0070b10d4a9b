-- User tests: what is being edited, and what was published. What participants did are events, and stand elsewhere.
create table user_tests (
    id text primary key,
    project_id bigint not null references projects (id),
    -- In the link that participants follow: whoever knows it may take part.
    code text not null unique,
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

create index user_tests_of_project on user_tests (project_id, status);

-- Every version that ever ran: events name the one that they belong to.
create table user_test_versions (
    test_id text not null references user_tests (id) on delete cascade,
    version bigint not null,
    definition text not null,
    created_by text not null,
    created_at bigint not null,
    primary key (test_id, version)
);

-- What somebody who watched wrote about a participant.
create table user_test_notes (
    id text primary key,
    test_id text not null references user_tests (id) on delete cascade,
    participant text not null,
    -- The task that it is about, if one.
    task text,
    note text not null,
    -- As a JSON list.
    tags text not null,
    author text not null,
    created_at bigint not null
);

create index user_test_notes_of_test on user_test_notes (test_id, participant);

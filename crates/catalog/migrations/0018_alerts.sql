-- What is posted tells of surveys, and of alerts.
create table posts_of_all (
    id text primary key,
    project_id bigint not null references projects (id) on delete cascade,
    -- What it tells of: survey or alert.
    kind text not null,
    -- The id of that.
    about text not null,
    url text not null,
    secret text not null,
    body text not null,
    -- waiting, sent or failed.
    status text not null,
    not_before bigint not null,
    not_after bigint not null,
    attempts bigint not null,
    last_error text,
    created_at bigint not null,
    ended_at bigint
);

insert into posts_of_all (id, project_id, kind, about, url, secret, body, status, not_before, not_after, attempts, last_error, created_at, ended_at)
select id, project_id, 'survey', survey_id, url, secret, body, status, not_before, not_after, attempts, last_error, created_at, ended_at from posts;

drop table posts;

alter table posts_of_all rename to posts;

create index posts_waiting on posts (not_before) where status = 'waiting';
create index posts_about on posts (project_id, about, created_at);

-- How each alert stands. What it watches and whom it tells is its definition.
create table alert_states (
    alert_id text primary key references definitions (id) on delete cascade,
    project_id bigint not null references projects (id),
    -- With which what is posted is signed.
    secret text not null,
    -- When it is looked at next; null while it is off.
    next_at bigint,
    looked_at bigint,
    -- The start of the interval that was judged last; null before the first.
    judged bigint,
    -- 1 while what it watches for holds.
    is_firing bigint not null,
    -- Why it could not be judged; null where it could.
    trouble text
);

create index alert_states_due on alert_states (next_at) where next_at is not null;

-- What became of alerts: each time that one fired, was over, or was tried.
create table alert_events (
    id text primary key,
    alert_id text not null references definitions (id) on delete cascade,
    project_id bigint not null references projects (id),
    -- fired, over or test.
    kind text not null,
    at bigint not null,
    -- As JSON: the interval, its figures, what explains it.
    details text not null
);

create index alert_events_of_alert on alert_events (alert_id, at);
create index alert_events_of_project on alert_events (project_id, at);

-- What happened at a moment, beside the figures: releases, campaigns, holidays.
create table annotations (
    id text primary key,
    project_id bigint not null references projects (id) on delete cascade,
    at bigint not null,
    -- note or release.
    kind text not null,
    text text not null,
    created_by text not null,
    created_at bigint not null,
    updated_at bigint not null
);

create index annotations_of_project on annotations (project_id, at);
-- A release is told of once, whoever tells of it again.
create unique index annotations_release on annotations (project_id, text) where kind = 'release';

-- The tracking plan of a project: what is being written, and each version that was published, as JSON.
create table plan_drafts (
    project_id bigint primary key references projects (id),
    document text not null,
    -- The published version that it began from; 0 is none.
    base_version bigint not null,
    -- Grows with each change, so that two people do not write over each other.
    revision bigint not null,
    changed_by text not null,
    changed_at bigint not null
);

create table plan_versions (
    project_id bigint not null references projects (id),
    version bigint not null,
    document text not null,
    note text not null,
    published_by text not null,
    published_at bigint not null,
    primary key (project_id, version)
);

-- What arrived and was not as planned, a day (UTC) and SDK apart. The empty event is what was too much to tell apart.
create table plan_violations (
    project_id bigint not null references projects (id),
    day bigint not null,
    event text not null,
    property text not null,
    rule text not null,
    sdk text not null,
    sdk_version text not null,
    level text not null,
    count bigint not null,
    sample text not null,
    seen_type text not null,
    first_seen bigint not null,
    last_seen bigint not null,
    primary key (project_id, day, event, property, rule, sdk, sdk_version)
) without rowid;

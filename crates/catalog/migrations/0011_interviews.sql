-- Interviews: what is asked of whom and when they talk.
create table interview_studies (
    id text primary key,
    project_id bigint not null references projects (id),
    title text not null,
    -- draft, open, paused or closed.
    status text not null,
    -- Everything else that the team wrote, as JSON.
    definition text not null,
    -- Talks with the same host never overlap, whatever study they belong to.
    host_email text not null,
    -- The latest consent that guests were shown; 0 before the first.
    consent_version bigint not null,
    -- The host's own calendar, as it was given.
    busy_file text,
    busy_name text,
    busy_at bigint,
    created_by text not null,
    created_at bigint not null,
    updated_at bigint not null
);

create index interview_studies_of_project on interview_studies (project_id, updated_at);

-- Every consent that somebody may have agreed to, with the names of those who listen.
create table interview_consents (
    study_id text not null references interview_studies (id) on delete cascade,
    version bigint not null,
    content text not null,
    created_by text not null,
    created_at bigint not null,
    primary key (study_id, version)
);

create table interview_participants (
    id text primary key,
    project_id bigint not null references projects (id),
    study_id text not null references interview_studies (id) on delete cascade,
    email text not null,
    name text not null,
    -- Who they are among the people of the project, where that is known.
    person text,
    -- link, pasted, survey, person or cohort.
    source text not null,
    -- en or fr.
    language text not null,
    timezone text,
    -- invited, waiting, screened_out, booked, done, no_show or cancelled.
    status text not null,
    -- Which choice of each question of the screener, as JSON.
    answers text,
    consent_version bigint,
    -- What was agreed to, as JSON: talk, record, quote.
    consent_scopes text,
    consent_at bigint,
    -- When the team let somebody in whose answers it looked at.
    approved_at bigint,
    starts_at bigint,
    ends_at bigint,
    -- Grows with every change of the meeting.
    sequence bigint not null,
    created_by text not null,
    created_at bigint not null,
    updated_at bigint not null
);

create unique index interview_participants_by_email on interview_participants (study_id, email);
-- One time is one talk.
create unique index interview_participants_talks on interview_participants (study_id, starts_at) where status = 'booked';

create table interview_notes (
    id text primary key,
    participant_id text not null references interview_participants (id) on delete cascade,
    note text not null,
    -- As JSON.
    tags text not null,
    -- From the beginning of the talk.
    at_ms bigint not null,
    to_ms bigint,
    is_highlight bigint not null,
    author text not null,
    created_at bigint not null,
    updated_at bigint not null
);

create index interview_notes_of_participant on interview_notes (participant_id, at_ms);

-- What was uploaded; the bytes lie in the folder interviews, under the id.
create table interview_files (
    id text primary key,
    participant_id text not null references interview_participants (id) on delete cascade,
    -- recording, transcript or other.
    kind text not null,
    name text not null,
    n_bytes bigint not null,
    created_by text not null,
    created_at bigint not null
);

create index interview_files_of_participant on interview_files (participant_id, created_at);

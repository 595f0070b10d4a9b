-- Mails that wait to be sent, and those that were: a mail is here before anything is said to be done.
create table mails (
    -- Of the mail itself as well: it stays the same when it is sent again.
    id text primary key,
    -- Null for mails of the installation.
    project_id bigint references projects (id) on delete cascade,
    -- What it is for, in a word: test, survey_alert.
    kind text not null,
    -- What it is about, so that it can be taken back: the id of an interview.
    about text,
    recipient text not null,
    reply_to text,
    subject text not null,
    body_text text not null,
    body_html text,
    -- Files that go with it, as JSON.
    parts text not null,
    -- waiting, sent or failed.
    status text not null,
    not_before bigint not null,
    -- After this it is not sent any more.
    not_after bigint not null,
    attempts bigint not null,
    last_error text,
    created_at bigint not null,
    -- When it was sent, or given up.
    ended_at bigint
);

create index mails_waiting on mails (not_before) where status = 'waiting';
create index mails_about on mails (project_id, about);

-- Surveys that have a page of their own.
create table survey_pages (
    survey_id text primary key references surveys (id) on delete cascade,
    project_id bigint not null references projects (id),
    -- The last part of its address, in small letters.
    slug text not null unique,
    -- 0: the address is kept, and answers nobody.
    is_open bigint not null,
    updated_at bigint not null
);

-- What was answered through links for one person, and when: an answer that is sent again has the same time, and so counts once.
create table survey_link_answers (
    response text not null,
    -- Empty for the end.
    question text not null,
    at bigint not null,
    primary key (response, question)
);

-- Who is told of a survey's answers.
create table survey_alerts (
    survey_id text primary key references surveys (id) on delete cascade,
    project_id bigint not null references projects (id),
    -- As JSON: where to, and from which score down.
    settings text not null,
    -- With which what is posted is signed.
    secret text not null,
    updated_at bigint not null
);

-- Responses that were completed and are to be told of; each once, also when it arrives again.
create table survey_told (
    survey_id text not null references surveys (id) on delete cascade,
    response text not null,
    project_id bigint not null,
    not_before bigint not null,
    told_at bigint,
    primary key (survey_id, response)
);

create index survey_told_waiting on survey_told (not_before) where told_at is null;

-- What is to be posted to other servers, and what was.
create table posts (
    id text primary key,
    project_id bigint not null references projects (id) on delete cascade,
    survey_id text not null references surveys (id) on delete cascade,
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

create index posts_waiting on posts (not_before) where status = 'waiting';
create index posts_of_survey on posts (survey_id, created_at);

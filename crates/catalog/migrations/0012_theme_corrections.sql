-- What people changed about the themes of an open question, in the order in which they did. A correction names themes and answers by their content (sillage-themes).
create table theme_corrections (
    id integer primary key,
    survey_id text not null references surveys (id) on delete cascade,
    question text not null,
    -- As JSON.
    correction text not null,
    created_by text not null,
    created_at bigint not null
);

create index theme_corrections_of_question on theme_corrections (survey_id, question);

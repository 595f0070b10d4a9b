-- Links that open one thing, and nothing else, to whoever has them. What is in the link is kept nowhere: it is a signature over the id.
create table share_links (
    id text primary key,
    project_id bigint not null references projects (id),
    -- What it opens: `board`.
    kind text not null,
    object_id text not null,
    -- For whom it is.
    name text not null,
    password_hash text,
    -- Whoever came in by another password than the present one is out.
    password_set_at bigint not null,
    is_embeddable boolean not null,
    -- The pages that may show it in a frame, as a JSON list of origins; none: all.
    embed_origins text not null,
    -- Whoever looks may choose another range.
    is_range_open boolean not null,
    expires_at bigint,
    revoked_at bigint,
    created_by text not null,
    created_at bigint not null,
    opened bigint not null,
    opened_at bigint
);

create index share_links_of_object on share_links (project_id, kind, object_id);

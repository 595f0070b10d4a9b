-- When somebody with an account last came in; null for who was invited and has not come yet.
alter table users add column signed_in_at bigint;
update users set signed_in_at = (select max(created_at) from sessions where sessions.user_id = users.id);

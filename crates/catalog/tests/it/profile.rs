use crate::World;
use serde_json::{Value, json};
use sillage_catalog::{Applied, MAX_PROFILE_BYTES, MAX_PROFILE_PROPERTIES, ProfileKind};
use sillage_event::{Identity, ProfileChange, ProfileOp, ProjectId, Properties, Subject};

const ONE: ProjectId = ProjectId(1);
const TWO: ProjectId = ProjectId(2);

fn person(id: &str, at: i64, op: ProfileOp) -> ProfileChange {
    ProfileChange { subject: Subject::Person(Identity::parse(id)), at, op }
}

fn set(properties: Value) -> ProfileOp {
    ProfileOp::Set(object(properties))
}

fn object(value: Value) -> Properties {
    match value {
        Value::Object(map) => map.into(),
        other => panic!("{other} is no object"),
    }
}

async fn world() -> World {
    let world = World::new().await;
    world.project("One").await;
    world.project("Two").await;
    world
}

#[tokio::test]
async fn changes_apply_in_order_and_each_sequence_once() {
    let world = world().await;
    let changes = [
        (ONE, person("u1", 10, set(json!({"plan": "free", "visits": 1})))),
        (ONE, person("u1", 5, ProfileOp::Add(object(json!({"visits": 2}))))),
        (ONE, person("u1", 20, ProfileOp::Append(object(json!({"tags": "a"}))))),
        (ONE, person("u1", 20, ProfileOp::Unset(vec!["plan".into()]))),
    ];
    assert_eq!(world.catalog.apply_profiles(7, &changes).await.unwrap(), Applied { changes: 4, ..Applied::default() });
    assert!(world.catalog.apply_profiles(7, &changes).await.unwrap().already);
    assert!(world.catalog.apply_profiles(6, &changes).await.unwrap().already);
    let world = world.reopened().await;
    assert!(world.catalog.apply_profiles(7, &changes).await.unwrap().already);
    assert_eq!(world.catalog.profiles_applied().await.unwrap(), 7);

    let profile = world.catalog.profile(ONE, &ProfileKind::Person, "u1").await.unwrap().unwrap();
    assert_eq!(Value::from(profile.properties), json!({"visits": 3, "tags": ["a"]}));
    assert_eq!((profile.first_seen, profile.updated_at), (5, 20));
    assert_eq!(profile.hash, Identity::User("u1".into()).hash());
    assert_eq!(world.catalog.profile(TWO, &ProfileKind::Person, "u1").await.unwrap(), None);
}

/// The profiles of any kind that changed, and whether they are gone.
async fn changed_since(world: &World, counter: i64) -> Vec<(String, bool)> {
    let mut changed = Vec::new();
    world.catalog.each_profile(ONE, None, counter, |profile| changed.push((profile.id, profile.deleted))).await.unwrap();
    changed.sort();
    changed
}

#[tokio::test]
async fn who_follows_the_counter_learns_of_every_change_and_only_of_those() {
    let world = world().await;
    world.catalog.apply_profiles(1, &[(ONE, person("u1", 1, set(json!({})))), (ONE, person("u2", 1, set(json!({}))))]).await.unwrap();
    assert_eq!(changed_since(&world, 0).await, [("u1".to_owned(), false), ("u2".to_owned(), false)]);
    let first = world.catalog.profile_counter(ONE).await.unwrap();
    assert_eq!(changed_since(&world, first).await, []);

    world.catalog.apply_profiles(2, &[(TWO, person("u1", 1, set(json!({}))))]).await.unwrap();
    assert_eq!(world.catalog.profile_counter(ONE).await.unwrap(), first);

    world.catalog.apply_profiles(3, &[(ONE, person("u2", 2, ProfileOp::Delete)), (ONE, person("u3", 2, ProfileOp::Delete))]).await.unwrap();
    assert_eq!(changed_since(&world, first).await, [("u2".to_owned(), true)]);
}

#[tokio::test]
async fn a_profile_that_comes_back_after_it_was_deleted_is_new() {
    let world = world().await;
    world.catalog.apply_profiles(1, &[(ONE, person("u1", 1, set(json!({"a": 1}))))]).await.unwrap();
    world.catalog.apply_profiles(2, &[(ONE, person("u1", 2, ProfileOp::Delete))]).await.unwrap();
    assert_eq!(world.catalog.profile(ONE, &ProfileKind::Person, "u1").await.unwrap(), None);
    world.catalog.apply_profiles(3, &[(ONE, person("u1", 3, set(json!({"b": 2}))))]).await.unwrap();
    let profile = world.catalog.profile(ONE, &ProfileKind::Person, "u1").await.unwrap().unwrap();
    assert_eq!((Value::from(profile.properties), profile.first_seen), (json!({"b": 2}), 3));
}

#[tokio::test]
async fn groups_have_profiles_and_their_types_are_known() {
    let world = world().await;
    let group =
        |r#type: &str, key: &str| ProfileChange { subject: Subject::Group { r#type: r#type.into(), key: key.into() }, at: 1, op: set(json!({"seats": 3})) };
    world.catalog.apply_profiles(1, &[(ONE, group("company", "acme")), (ONE, group("team", "acme")), (TWO, group("shop", "s"))]).await.unwrap();
    assert_eq!(world.catalog.group_types(ONE).await.unwrap(), ["company", "team"]);
    let mut seen = Vec::new();
    world.catalog.each_profile(ONE, Some(&ProfileKind::Group("company".into())), 0, |profile| seen.push(profile.id)).await.unwrap();
    assert_eq!(seen, ["acme"]);
    assert_eq!(world.catalog.search_people(ONE, "", 10, None).await.unwrap().total, 0);
}

#[tokio::test]
async fn a_profile_stops_growing_at_its_limit_and_can_be_made_smaller() {
    let world = world().await;
    let big = "x".repeat(MAX_PROFILE_BYTES / 4);
    let appends: Vec<_> = (0..10).map(|_| (ONE, person("u1", 1, ProfileOp::Append(object(json!({"list": big})))))).collect();
    let applied = world.catalog.apply_profiles(1, &appends).await.unwrap();
    assert_eq!((applied.changes, applied.left_out.len()), (3, 7));
    let first = &applied.left_out[0];
    assert_eq!((first.position, first.code, first.field.as_str()), (3, "profile_too_large", "append.list"));
    assert!(first.message.contains("the profile of u1 would have 10") && first.message.contains("unset or shorten"), "{}", first.message);
    let replace = [(ONE, person("u1", 2, set(json!({"list": big})))), (ONE, person("u1", 3, set(json!({"other": big}))))];
    assert_eq!(world.catalog.apply_profiles(2, &replace).await.unwrap(), Applied { changes: 2, ..Applied::default() });
}

#[tokio::test]
async fn people_are_found_by_id_name_and_address_in_any_case_and_literally() {
    let world = world().await;
    let changes = [
        (ONE, person("u1", 10, set(json!({"$name": "Éloïse Martin", "$email": "eloise@courriel.example"})))),
        (ONE, person("u2", 20, set(json!({"name": "50% off_er"})))),
        (ONE, person("$device:d1", 30, set(json!({"$name": 12})))),
        (TWO, person("u9", 10, set(json!({"$name": "Éloïse"})))),
    ];
    world.catalog.apply_profiles(1, &changes).await.unwrap();
    for (search, found) in [
        ("éLOÏSE", vec!["u1"]),
        ("COURRIEL", vec!["u1"]),
        ("%", vec!["u2"]),
        ("_", vec!["u2"]),
        ("u", vec!["u2", "u1"]),
        ("$device", vec!["$device:d1"]),
        ("' or 1=1 --", vec![]),
        ("\\", vec![]),
        ("", vec!["$device:d1", "u2", "u1"]),
    ] {
        let page = world.catalog.search_people(ONE, search, 10, None).await.unwrap();
        assert_eq!(page.people.iter().map(|profile| profile.id.as_str()).collect::<Vec<_>>(), found, "{search}");
        assert_eq!(page.total, found.len() as u64, "{search}");
    }
}

#[tokio::test]
async fn pages_of_people_hold_everybody_once() {
    let world = world().await;
    let changes: Vec<_> = (0..25).map(|n| (ONE, person(&format!("u:{n}"), n / 4, set(json!({}))))).collect();
    world.catalog.apply_profiles(1, &changes).await.unwrap();
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = world.catalog.search_people(ONE, "", 4, before.as_deref()).await.unwrap();
        assert_eq!(page.total, 25);
        seen.extend(page.people.into_iter().map(|profile| profile.id));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 25);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 25);
}

async fn past_of(world: &World, after: i64) -> Vec<(i64, Value)> {
    let mut past = Vec::new();
    world.catalog.each_past_change(ONE, after, |change| past.push((change.at, serde_json::to_value(&change.op).unwrap()))).await.unwrap();
    past
}

#[tokio::test]
async fn what_profiles_were_is_kept_without_what_changed_nothing() {
    let world = world().await;
    let group = ProfileChange { subject: Subject::Group { r#type: "company".into(), key: "acme".into() }, at: 3, op: set(json!({"tier": "gold"})) };
    let changes = [
        (ONE, person("u1", 10, set(json!({"plan": "free", "$last_seen": "1970"})))),
        (ONE, person("u1", 20, set(json!({"plan": "free", "$last_seen": "1971"})))),
        (ONE, group),
        (ONE, person("u1", 30, set(json!({"plan": "pro", "role": "dev"})))),
        (ONE, person("u1", 30, ProfileOp::SetOnce(object(json!({"role": "ops", "city": "Lyon"}))))),
        (ONE, person("u1", 5, set(json!({"plan": "pro"})))),
    ];
    world.catalog.apply_profiles(1, &changes).await.unwrap();
    let expected = vec![
        (10, json!({"set": {"plan": "free"}})),
        (30, json!({"set": {"plan": "pro", "role": "dev"}})),
        (30, json!({"set_once": {"city": "Lyon"}})),
        (5, json!({"set": {"plan": "pro"}})),
    ];
    assert_eq!(past_of(&world, 0).await, expected, "a late change is kept, also of the same value");
    world.catalog.apply_profiles(1, &changes).await.unwrap();
    assert_eq!(past_of(&world, 0).await.len(), 4, "once");
    world.catalog.apply_profiles(2, &[(ONE, person("u1", 40, ProfileOp::Delete))]).await.unwrap();
    assert_eq!(past_of(&world, 0).await, vec![(40, json!("delete"))], "a deleted profile keeps no history");
}

#[tokio::test]
async fn profiles_older_than_their_history_begin_it_with_what_is_known() {
    let world = world().await;
    world.catalog.apply_profiles(1, &[(ONE, person("u1", 10, set(json!({"plan": "free"}))))]).await.unwrap();
    world.catalog.close().await;
    let path = world.folder.path().join("catalog.sqlite");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    for sql in [
        "drop table profile_changes",
        "drop table lookup_tables",
        "drop table custom_properties",
        "delete from counters where name = 'profile history'",
        "delete from _sqlx_migrations where version = 6",
    ] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    pool.close().await;
    let world = world.reopened().await;
    assert_eq!(past_of(&world, 0).await, vec![(10, json!({"set": {"plan": "free"}}))]);
    world.catalog.apply_profiles(2, &[(ONE, person("u1", 20, set(json!({"plan": "pro"}))))]).await.unwrap();
    assert_eq!(past_of(&world, 1).await, vec![(20, json!({"set": {"plan": "pro"}}))]);
}

#[tokio::test]
async fn a_profile_has_so_many_properties_and_what_it_has_can_still_be_changed() {
    let world = world().await;
    let names = |range: std::ops::Range<usize>| range.map(|n| (format!("p{n}"), json!(n))).collect::<sillage_event::Properties>();
    let full = [(ONE, person("u1", 1, ProfileOp::Set(names(0..MAX_PROFILE_PROPERTIES))))];
    assert_eq!(world.catalog.apply_profiles(1, &full).await.unwrap().changes, 1);
    let changes = [
        (ONE, person("u1", 2, ProfileOp::SetOnce(names(MAX_PROFILE_PROPERTIES..MAX_PROFILE_PROPERTIES + 2)))),
        (ONE, person("u1", 3, set(json!({"p0": "changed"})))),
        (ONE, person("u1", 4, ProfileOp::Unset(vec!["p1".to_owned()]))),
        (ONE, person("u1", 5, set(json!({"new": 1})))),
        (ONE, person("u1", 6, ProfileOp::Append(object(json!({"newer": 1}))))),
    ];
    let applied = world.catalog.apply_profiles(2, &changes).await.unwrap();
    let left_out: Vec<_> = applied.left_out.iter().map(|one| (one.position, one.code, one.field.as_str())).collect();
    assert_eq!(left_out, [(0, "profile_too_many_properties", "set_once.p2001"), (4, "profile_too_many_properties", "append.newer")]);
    assert!(applied.left_out[0].message.contains("would have 2002 properties") && applied.left_out[0].message.contains("unset those"));
    let profile = world.catalog.profile(ONE, &ProfileKind::Person, "u1").await.unwrap().unwrap();
    assert_eq!((profile.properties.len(), &profile.properties["p0"], &profile.properties["new"]), (MAX_PROFILE_PROPERTIES, &json!("changed"), &json!(1)));
}

#[tokio::test]
async fn what_is_prepared_counts_only_when_it_is_committed() {
    let world = world().await;
    let changes = [(ONE, person("u1", 1, set(json!({"a": 1})))), (ONE, person("u2", 1, set(json!({"a": "x".repeat(MAX_PROFILE_BYTES)}))))];
    let prepared = world.catalog.prepare_profiles(1, &changes).await.unwrap().unwrap();
    assert_eq!(prepared.left_out().iter().map(|one| one.position).collect::<Vec<_>>(), [1]);
    drop(prepared);
    assert_eq!(world.catalog.profiles_applied().await.unwrap(), 0);
    assert_eq!(world.catalog.profile(ONE, &ProfileKind::Person, "u1").await.unwrap(), None);
    assert_eq!(world.catalog.prepare_profiles(1, &changes).await.unwrap().unwrap().commit().await.unwrap().left_out.len(), 1, "and the same is left out again");
    assert!(world.catalog.prepare_profiles(1, &changes).await.unwrap().is_none());
    let asked = [changes[1].1.clone()];
    assert_eq!(world.catalog.would_leave_out(ONE, &asked).await.unwrap().unwrap().code, "profile_too_large");
    assert_eq!(world.catalog.would_leave_out(ONE, &[changes[0].1.clone()]).await.unwrap(), None);
    assert_eq!(world.catalog.profile(ONE, &ProfileKind::Person, "u2").await.unwrap(), None, "asking changes nothing");
}

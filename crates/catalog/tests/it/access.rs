use crate::World;
use sillage_catalog::{CatalogError, LINK_LIFETIME_MS, Language, NewUser, Role, SESSION_LIFETIME_MS, Scope, Scopes, UserChange};
use sillage_event::ProjectId;
use std::time::Instant;

#[tokio::test]
async fn a_password_is_kept_as_argon2id_of_at_least_19_mib_and_two_passes() {
    let world = World::new().await;
    world.user("ada@courriel.example").await;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", world.folder.path().join("catalog.sqlite").display())).await.unwrap();
    let hash: String = sqlx::query_scalar("select password_hash from users").fetch_one(&pool).await.unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
}

#[tokio::test]
async fn no_secret_is_in_the_data_folder_but_hashed() {
    let world = World::new().await;
    let user = world.user("ada@courriel.example").await;
    let project = world.project("Courriel").await;
    let session = world.catalog.begin_session(&user).await.unwrap();
    let link = world.catalog.create_sign_in_link(&user).await.unwrap();
    let (_, secret) = world.catalog.create_api_key(project.id, "CI", &Scopes::new([Scope::Read]), &user.id).await.unwrap();
    world.catalog.close().await;
    for entry in std::fs::read_dir(world.folder.path()).unwrap() {
        let contents = std::fs::read(entry.unwrap().path()).unwrap();
        for planted in [session.as_str(), &link, &secret, "correct horse"] {
            assert!(!contents.windows(planted.len()).any(|window| window == planted.as_bytes()));
        }
    }
}

#[tokio::test]
async fn the_right_password_opens_whatever_the_capitals_of_the_address() {
    let world = World::new().await;
    let user = world.user("Ada@Courriel.example").await;
    assert_eq!(world.catalog.verify_password("ada@courriel.EXAMPLE ", "correct horse").await.unwrap(), Some(user));
    assert_eq!(world.catalog.verify_password("ada@courriel.example", "wrong horse").await.unwrap(), None);
    assert_eq!(world.catalog.verify_password("nobody@courriel.example", "correct horse").await.unwrap(), None);
    assert_eq!(world.catalog.verify_password("ada@courriel.example", &"x".repeat(5000)).await.unwrap(), None);
}

#[tokio::test]
async fn an_unknown_address_takes_as_long_as_a_wrong_password() {
    let world = World::new().await;
    world.user("ada@courriel.example").await;
    // By turns, and the shortest of each: what else the machine does falls on both.
    let mut elapsed = [f64::INFINITY; 2];
    for _ in 0..8 {
        for (shortest, email) in elapsed.iter_mut().zip(["ada@courriel.example", "nobody@courriel.example"]) {
            let start = Instant::now();
            world.catalog.verify_password(email, "wrong horse").await.unwrap();
            *shortest = shortest.min(start.elapsed().as_secs_f64());
        }
    }
    let ratio = elapsed[0] / elapsed[1];
    assert!((0.2..5.0).contains(&ratio), "known {} s, unknown {} s", elapsed[0], elapsed[1]);
}

#[tokio::test]
async fn too_many_sign_ins_at_once_are_turned_away_rather_than_queued() {
    let world = World::new().await;
    let attempts: Vec<_> = (0..200)
        .map(|_| {
            let catalog = world.catalog.clone();
            tokio::spawn(async move { catalog.verify_password("nobody@courriel.example", "guess").await })
        })
        .collect();
    let (mut busy, mut checked) = (0, 0);
    for attempt in attempts {
        match attempt.await.unwrap() {
            Err(CatalogError::Busy) => busy += 1,
            Ok(None) => checked += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(busy > 0 && checked >= 32, "{busy} turned away, {checked} checked");
    assert!(world.catalog.verify_password("nobody@courriel.example", "guess").await.is_ok(), "afterwards there is room again");
}

#[tokio::test]
async fn an_address_is_taken_once_and_a_poor_password_is_refused() {
    let world = World::new().await;
    world.user("ada@courriel.example").await;
    let new = |email: &str, password: &str| NewUser { email: email.into(), name: "B".into(), password: Some(password.into()), ..NewUser::default() };
    assert!(matches!(world.catalog.create_user(&new("ADA@courriel.example", "correct horse")).await, Err(CatalogError::Taken { .. })));
    for (email, password, field) in [("b@courriel.example", "short", "password"), ("no address", "correct horse", "email"), ("a@b@c", "correct horse", "email")]
    {
        match world.catalog.create_user(&new(email, password)).await {
            Err(CatalogError::Invalid { field: found, .. }) => assert_eq!(found, field),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_session_ends_by_signing_out_by_age_and_by_idleness() {
    let world = World::new().await;
    let user = world.user("ada@courriel.example").await;
    let token = world.catalog.begin_session(&user).await.unwrap();
    let session = world.catalog.session(&token).await.unwrap().unwrap();
    assert_eq!((&session.user, session.began_at), (&user, world.catalog.clock().now_ms()));
    assert_eq!(world.catalog.session("guess").await.unwrap(), None);
    world.catalog.end_session(&token).await.unwrap();
    assert_eq!(world.catalog.session(&token).await.unwrap(), None);

    let used = world.catalog.begin_session(&user).await.unwrap();
    let idle = world.catalog.begin_session(&user).await.unwrap();
    let day = 86_400_000;
    let mut age = 0;
    while age + 10 * day < SESSION_LIFETIME_MS {
        world.wait_ms(10 * day);
        age += 10 * day;
        assert!(world.catalog.session(&used).await.unwrap().is_some(), "after {age} ms");
    }
    assert_eq!(world.catalog.session(&idle).await.unwrap(), None);
    world.wait_ms(SESSION_LIFETIME_MS - age);
    assert_eq!(world.catalog.session(&used).await.unwrap(), None);
}

#[tokio::test]
async fn a_new_password_ends_every_other_session_and_link() {
    let world = World::new().await;
    let user = world.user("ada@courriel.example").await;
    let (kept, other) = (world.catalog.begin_session(&user).await.unwrap(), world.catalog.begin_session(&user).await.unwrap());
    let link = world.catalog.create_sign_in_link(&user).await.unwrap();
    let change = UserChange { password: Some("battery staple".into()), language: Some(Language::French), ..UserChange::default() };
    let changed = world.catalog.update_user(&user.id, &change, Some(&kept)).await.unwrap();
    assert_eq!((changed.language, changed.name.as_str()), (Language::French, "Ada"));
    assert!(world.catalog.session(&kept).await.unwrap().is_some());
    assert!(world.catalog.session(&other).await.unwrap().is_none());
    assert!(world.catalog.use_sign_in_link(&link).await.is_err());
    assert!(world.catalog.verify_password("ada@courriel.example", "correct horse").await.unwrap().is_none());
    assert!(world.catalog.verify_password("ada@courriel.example", "battery staple").await.unwrap().is_some());
}

#[tokio::test]
async fn a_sign_in_link_works_once_and_not_for_ever() {
    let world = World::new().await;
    let user = world.user("ada@courriel.example").await;
    let link = world.catalog.create_sign_in_link(&user).await.unwrap();
    assert_eq!(world.catalog.use_sign_in_link(&link).await.unwrap(), user);
    assert!(matches!(world.catalog.use_sign_in_link(&link).await, Err(CatalogError::WrongToken)));
    let late = world.catalog.create_sign_in_link(&user).await.unwrap();
    world.wait_ms(LINK_LIFETIME_MS);
    assert!(matches!(world.catalog.use_sign_in_link(&late).await, Err(CatalogError::WrongToken)));
}

#[tokio::test]
async fn a_role_holds_in_its_project_and_the_higher_one_wins() {
    let world = World::new().await;
    let user = world.user("ada@courriel.example").await;
    let (one, two) = (world.project("One").await, world.project("Two").await);
    assert_eq!(world.catalog.role_in(&user, one.id).await.unwrap(), None);
    world.catalog.set_role(&user.id, one.id, Some(Role::Editor)).await.unwrap();
    assert_eq!(world.catalog.role_in(&user, one.id).await.unwrap(), Some(Role::Editor));
    assert_eq!(world.catalog.role_in(&user, two.id).await.unwrap(), None);
    assert_eq!(world.catalog.projects_of(&user).await.unwrap(), vec![(one.clone(), Role::Editor)]);
    assert!(matches!(world.catalog.set_role(&user.id, ProjectId(99), Some(Role::Viewer)).await, Err(CatalogError::NotFound)));

    let admin = NewUser { email: "eve@courriel.example".into(), name: "Eve".into(), everywhere: Some(Role::Viewer), ..NewUser::default() };
    let everywhere = world.catalog.create_user(&admin).await.unwrap();
    world.catalog.set_role(&everywhere.id, two.id, Some(Role::Admin)).await.unwrap();
    assert_eq!(world.catalog.projects_of(&everywhere).await.unwrap(), vec![(one, Role::Viewer), (two, Role::Admin)]);
}

#[tokio::test]
async fn an_api_key_shows_its_secret_once_and_belongs_to_its_project() {
    let world = World::new().await;
    let (one, two) = (world.project("One").await, world.project("Two").await);
    let (key, secret) = world.catalog.create_api_key(one.id, "CI", &Scopes::new([Scope::Write, Scope::Read]), "user:x").await.unwrap();
    assert!(secret.starts_with("sk_"));
    let found = world.catalog.api_key_of_secret(&secret).await.unwrap().unwrap();
    assert_eq!((found.id.as_str(), found.project), (key.id.as_str(), one.id));
    assert!(found.scopes.has(Scope::Read) && found.scopes.has(Scope::Write) && !found.scopes.has(Scope::Admin));
    assert!(world.catalog.api_keys(one.id).await.unwrap()[0].last_used_at.is_some());

    assert!(matches!(world.catalog.delete_api_key(two.id, &key.id).await, Err(CatalogError::NotFound)));
    world.catalog.delete_api_key(one.id, &key.id).await.unwrap();
    assert_eq!(world.catalog.api_key_of_secret(&secret).await.unwrap(), None);
}

use crate::World;
use sillage_catalog::{Catalog, CatalogError, CatalogOptions, NewUser, Role};
use std::os::unix::fs::PermissionsExt;

#[tokio::test]
async fn the_first_start_makes_its_own_secrets_readable_by_their_owner_only() {
    let world = World::new().await;
    for file in ["setup-token", "catalog.sqlite", "catalog.sqlite-wal"] {
        let mode = std::fs::metadata(world.folder.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    let other = World::new().await;
    assert_ne!(world.catalog.visitor_secret().await.unwrap(), other.catalog.visitor_secret().await.unwrap());
    assert_ne!(world.catalog.setup_token().await.unwrap(), other.catalog.setup_token().await.unwrap());
}

#[tokio::test]
async fn the_visitor_secret_lasts_a_day_and_is_then_gone_from_the_folder() {
    let world = World::new().await;
    let secret = world.catalog.visitor_secret().await.unwrap();
    let world = world.reopened().await;
    assert_eq!(world.catalog.visitor_secret().await.unwrap(), secret);
    world.wait_ms(86_400_000);
    assert_ne!(world.catalog.visitor_secret().await.unwrap(), secret);
    world.catalog.close().await;
    let digits: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    for entry in std::fs::read_dir(world.folder.path()).unwrap() {
        let contents = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!contents.windows(digits.len()).any(|window| window == digits.as_bytes()));
    }
}

#[tokio::test]
async fn nobody_can_log_in_before_set_up() {
    let world = World::new().await;
    assert!(world.catalog.users().await.unwrap().is_empty());
    assert!(world.catalog.setup_required().await.unwrap());
}

#[tokio::test]
async fn set_up_is_done_once_with_the_printed_token() {
    let world = World::new().await;
    let token = world.catalog.setup_token().await.unwrap().unwrap();
    let world = world.reopened().await;
    assert_eq!(world.catalog.setup_token().await.unwrap().unwrap(), token, "a restart before set-up prints the same token");

    let new = NewUser { email: "ada@courriel.example".into(), name: "Ada".into(), password: Some("correct horse".into()), ..NewUser::default() };
    assert!(matches!(world.catalog.complete_setup("setup_guess", &new).await, Err(CatalogError::WrongToken)));
    let user = world.catalog.complete_setup(&token, &new).await.unwrap();
    assert_eq!(user.everywhere, Some(Role::Admin));

    assert!(!world.catalog.setup_required().await.unwrap());
    assert!(matches!(world.catalog.complete_setup(&token, &new).await, Err(CatalogError::SetupDone)));
    assert!(!world.folder.path().join("setup-token").exists());
    let world = world.reopened().await;
    assert_eq!(world.catalog.setup_token().await.unwrap(), None);
    assert!(matches!(world.catalog.complete_setup(&token, &new).await, Err(CatalogError::SetupDone)));
}

#[tokio::test]
async fn of_many_set_ups_at_once_one_wins() {
    let world = World::new().await;
    let token = world.catalog.setup_token().await.unwrap().unwrap();
    let attempts = (0..6).map(|n| {
        let (catalog, token) = (world.catalog.clone(), token.clone());
        tokio::spawn(async move {
            let new = NewUser { email: format!("{n}@courriel.example"), name: "Ada".into(), password: Some("correct horse".into()), ..NewUser::default() };
            catalog.complete_setup(&token, &new).await.is_ok()
        })
    });
    let mut won = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        won += usize::from(attempt.await.unwrap());
    }
    assert_eq!(won, 1);
    assert_eq!(world.catalog.users().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_from_the_command_line_closes_set_up_too() {
    let world = World::new().await;
    world.user("ada@courriel.example").await;
    assert!(!world.catalog.setup_required().await.unwrap());
}

#[tokio::test]
async fn a_folder_of_a_newer_version_is_refused_in_one_sentence() {
    let world = World::new().await;
    world.catalog.close().await;
    let path = world.folder.path().join("catalog.sqlite");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    sqlx::query("insert into _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) values (999, 'later', '2030-01-01', true, x'00', 0)")
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    let error = Catalog::open(world.folder.path(), CatalogOptions::default()).await.unwrap_err();
    assert!(matches!(error, CatalogError::NewerVersion { .. }), "{error}");
    assert!(error.to_string().contains("newer version"), "{error}");
}

#[tokio::test]
async fn a_missing_folder_and_a_file_that_is_no_database_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    assert!(matches!(Catalog::open(&missing, CatalogOptions::default()).await, Err(CatalogError::Open { .. })));
    std::fs::write(folder.path().join("catalog.sqlite"), "this is no database, and never was one").unwrap();
    let error = Catalog::open(folder.path(), CatalogOptions::default()).await.unwrap_err();
    assert!(error.to_string().contains("cannot be opened"), "{error}");
}

#[tokio::test]
async fn a_backup_opens_as_a_catalog_of_its_own() {
    let world = World::new().await;
    world.user("ada@courriel.example").await;
    let project = world.project("Courriel").await;
    let elsewhere = tempfile::tempdir().unwrap();
    world.catalog.backup_to(&elsewhere.path().join("catalog.sqlite")).await.unwrap();
    let copy = Catalog::open(elsewhere.path(), CatalogOptions::default()).await.unwrap();
    assert_eq!(copy.project(project.id).await.unwrap(), project);
    assert!(copy.verify_password("ada@courriel.example", "correct horse").await.unwrap().is_some());
}

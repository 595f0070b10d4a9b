//! On a real socket: slow clients, clients that leave, and the end of the server.

use crate::world::{As, World};
use serde_json::json;
use sillage_api::{ServeOptions, serve};
use sillage_catalog::Role;
use std::{
    net::SocketAddr,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

async fn start(world: &World, options: ServeOptions) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let router = world.router.clone();
    let task = tokio::spawn(serve(listener, router, options, async {
        let _ = stopped.await;
    }));
    Server { address, stop, task }
}

fn quick() -> ServeOptions {
    ServeOptions { header_time: Duration::from_millis(300), ..ServeOptions::default() }
}

/// Everything that the server says until it closes.
async fn exchange(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = String::new();
    let _ = stream.read_to_string(&mut reply).await;
    reply
}

#[tokio::test]
async fn a_client_that_does_not_finish_its_headers_is_cut_off() {
    let world = World::new().await;
    let server = start(&world, quick()).await;
    let started = Instant::now();
    exchange(server.address, "GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ").await;
    assert!(started.elapsed() < Duration::from_secs(5));
    let reply = exchange(server.address, "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
}

#[tokio::test]
async fn two_lengths_for_one_body_are_refused() {
    let world = World::new().await;
    let server = start(&world, quick()).await;
    let smuggled = "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\nGET /api/me HTTP/1.1\r\nHost: x\r\n\r\n";
    let reply = exchange(server.address, smuggled).await;
    assert!(reply.matches("HTTP/1.1 ").count() <= 1, "{reply}");
    let doubled = "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello!";
    let reply = exchange(server.address, doubled).await;
    assert!(reply.starts_with("HTTP/1.1 400") || reply.is_empty(), "{reply}");
}

#[tokio::test]
async fn a_body_that_promises_too_much_is_refused_before_it_is_sent() {
    let world = World::new().await;
    let server = start(&world, quick()).await;
    let reply = exchange(server.address, "POST /v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 99999999999\r\n\r\n").await;
    assert!(reply.starts_with("HTTP/1.1 413"), "{reply}");
}

#[tokio::test]
async fn a_client_that_leaves_stops_its_question() {
    let world = World::new().await;
    let As::Cookie(cookie) = world.member(Role::Viewer).await else { panic!() };
    *world.store.is_slow.lock().unwrap() = true;
    let server = start(&world, quick()).await;
    let question = json!({"kind": "trend", "series": [{"select": {"event": "A"}, "measure": "total"}], "interval": "day", "range": {"last": 7, "unit": "day"}})
        .to_string();
    let request = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{question}",
        world.path("/query"),
        question.len()
    );
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(5);
    while world.store.asking.load(Ordering::SeqCst) == 0 && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(stream);
    while world.store.stopped.load(Ordering::SeqCst) == 0 && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(world.store.stopped.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn told_to_stop_the_server_ends_what_is_under_way_and_then_itself() {
    let world = World::new().await;
    let server = start(&world, ServeOptions { farewell: Duration::from_millis(500), ..quick() }).await;
    let idle = TcpStream::connect(server.address).await.unwrap();
    server.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), server.task).await.unwrap().unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
    drop(idle);
}

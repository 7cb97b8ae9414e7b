//! The whole pipeline, from poll to committed, against a bare SQLite insert of the same rows.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use axum::extract::Query;
use axum::routing::get;
use axum::{Json, Router};
use hark_analysis::Analyser;
use hark_config::Config;
use hark_lifecycle::Tasks;
use hark_pipeline::{Enricher, Pipeline, SourceSetup, now};
use hark_runtime::{Runtime, RuntimeOptions};
use hark_store::{Store, StoreOptions};
use rusqlite::Connection;
use rusqlite::types::Value;
use serde_json::json;

use crate::figure::Figure;

const ITEMS: u64 = 40_000;
const PAGE_ITEMS: u64 = 1_000;
/// Texts of the length of a short post, with words of every mood.
const TEXTS: &[&str] = &[
    "The update is great, thank you, it charges twice as fast now and the lamp is not too bright any more.",
    "My widget stopped after the update, second time this month, and nobody answers the phone. Not happy.",
    "Does anybody know whether revision C works with the old dock? The manual says nothing about it.",
    "Released at noon: firmware 4.2.1 for revision B and C. Restart the puck once after it is installed.",
];

#[derive(serde::Deserialize)]
struct Range {
    from: u64,
    count: u64,
}

async fn page(Query(range): Query<Range>) -> Json<serde_json::Value> {
    let numbers = range.from..(range.from + range.count).min(ITEMS);
    let item = |n: u64| {
        let text = TEXTS[usize::try_from(n).unwrap_or(0) % TEXTS.len()];
        json!({ "id": format!("n{n}"), "text": format!("{text} ({n})"), "at": 1_784_000_000_000_u64 + n })
    };
    Json(json!({ "total": ITEMS, "items": numbers.map(item).collect::<Vec<_>>() }))
}

/// Measures both in one run.
pub async fn measure() -> Result<Vec<Figure>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let server =
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/page", get(page))).await });
    let folder = tempfile::tempdir()?;
    let took = listen(folder.path(), port).await?;
    server.abort();
    let bare = insert_bare(&folder.path().join("hark.db"), &folder.path().join("bare.db"))?;
    let rate = |took: Duration| ITEMS as f64 / took.as_secs_f64();
    Ok(vec![
        Figure::at_least("pipeline, poll to committed", rate(took), 20_000.0, "items/s"),
        Figure::at_least(
            "pipeline, against a bare SQLite insert of the same rows",
            rate(took) / rate(bare),
            0.5,
            "times",
        ),
    ])
}

/// Who gets what: a word and a phrase, of which few items have one.
const RULES: &str = r#"
[team.support]
zones = ["intranet", "extranet", "social"]
[[rule]]
name = "unhappy"
when = 'stopped or "not happy"'
team = "support"
"#;

/// Reads rules as those of a configuration.
fn tree(text: &str, path: Option<&Path>) -> Result<hark_routing::Tree> {
    let counts = hark_query::WordCounts::default();
    let around = hark_routing::Surroundings { lists: &hark_query::NoLists, counts: &counts };
    Ok(hark_routing::Tree::parse(text, path.unwrap_or(Path::new("")), &around)?)
}

async fn listen(folder: &Path, port: u16) -> Result<Duration> {
    let text = format!(
        r#"
[source.list]
connector = {:?}
settings = {{ url = "http://127.0.0.1:{port}/page", page_items = {PAGE_ITEMS} }}
grant = {{ hosts = ["http://127.0.0.1:{port}"], private_addresses = ["127.0.0.1/32"] }}
[routing]
rules = "rules.toml"
"#,
        hark_kit::guest("pages")
    );
    let config = Config::parse(&text, &folder.join("hark.toml"))?;
    let source = config.sources.first().context("the source is there")?;
    let runtime = Runtime::new(RuntimeOptions::default())?;
    let connector = runtime.load(&hark_kit::guest_bytes("pages")).await?;
    let setup = SourceSetup::assemble(source, connector, now()).await?;
    let store = Store::open(&config.data, StoreOptions::default())?;
    let enricher = Enricher::new(Analyser::new(), tree(RULES, config.rules.as_deref())?);
    let pipeline = Pipeline::new(vec![setup], store.clone(), enricher).await?;
    let (_tasks, shutdown) = Tasks::new();
    let begun = Instant::now();
    let report = pipeline.run_once(&shutdown).await;
    let took = begun.elapsed();
    store.close()?;
    anyhow::ensure!(
        report.iter().map(|(_, stream)| stream.new_items).sum::<u64>() == ITEMS,
        "all items: {report:?}"
    );
    Ok(took)
}

/// Inserts every row of `from` into the same tables of a fresh file: one prepared statement a table, a
/// transaction for as many rows as a page gave, nothing looked up.
fn insert_bare(from: &Path, to: &Path) -> Result<Duration> {
    Store::open(to, StoreOptions::default())?.close()?;
    let tables = read_tables(&Connection::open(from)?)?;
    let mut db = Connection::open(to)?;
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF;")?;
    for name in names(&db, TABLES)? {
        db.execute_batch(&format!("DELETE FROM {name}"))?;
    }
    let pages = usize::try_from(ITEMS / PAGE_ITEMS)?;
    let begun = Instant::now();
    for page in 0..pages {
        let transaction = db.transaction()?;
        for Table { insert, rows } in &tables {
            let mut insert = transaction.prepare_cached(insert)?;
            let share = rows.len().div_ceil(pages);
            for row in rows.iter().skip(page * share).take(share) {
                insert.execute(rusqlite::params_from_iter(row))?;
            }
        }
        transaction.commit()?;
    }
    Ok(begun.elapsed())
}

/// The rows of one table, with the statement that inserts one.
struct Table {
    insert: String,
    rows: Vec<Vec<Value>>,
}

impl Table {
    /// Reads `columns` from `from`, for an insert into `into`.
    fn read(db: &Connection, from: &str, columns: &[String], into: &str) -> Result<Self> {
        let marks = vec!["?"; columns.len()].join(",");
        let rows = read_rows(db, &format!("SELECT {} FROM {from}", columns.join(",")))?;
        Ok(Self { insert: format!("INSERT INTO {into} VALUES ({marks})"), rows })
    }
}

const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'item_fts%'";

fn names(db: &Connection, query: &str) -> Result<Vec<String>> {
    Ok(db.prepare(query)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn read_tables(db: &Connection) -> Result<Vec<Table>> {
    let mut tables = Vec::new();
    for name in names(db, TABLES)? {
        // Generated columns are not among them.
        let columns = names(db, &format!("SELECT name FROM pragma_table_info('{name}')"))?;
        tables.push(Table::read(db, &name, &columns, &format!("{name}({})", columns.join(",")))?);
    }
    let columns = ["item_id", "text", "title"].map(str::to_owned);
    tables.push(Table::read(db, "item_revision", &columns, "item_fts(rowid,text,title)")?);
    tables.retain(|table| !table.rows.is_empty());
    Ok(tables)
}

fn read_rows(db: &Connection, query: &str) -> Result<Vec<Vec<Value>>> {
    let mut select = db.prepare(query)?;
    let columns = select.column_count();
    let rows =
        select.query_map([], |row| (0..columns).map(|at| row.get(at)).collect::<Result<Vec<Value>, _>>())?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/**
 * Rows are only added, each with the event it comes from, and go when the event's block goes. What is current (a job's status,
 * an account's credit) is derived when it is asked for, so that a reorganised chain needs no undoing.
 * Amounts are decimal strings: SQLite's integers have 64 bits. Numbers of jobs and games fit an integer.
 */
const origin = `block integer not null, log_index integer not null,
  foreign key (block, log_index) references events on delete cascade`;

export const schema = `
create table if not exists meta (key text primary key, value text not null) strict;

create table if not exists blocks (
  number integer primary key, hash text not null, timestamp integer not null
) strict;

create table if not exists events (
  block integer not null references blocks on delete cascade, log_index integer not null,
  tx text not null, contract text not null, name text not null, args text not null,
  primary key (block, log_index)
) strict, without rowid;

create table if not exists jobs (
  id integer primary key, submitter text not null, terms_hash text not null, escrow text not null,
  checkpoints integer not null, terms text not null, ${origin}
) strict;

create table if not exists job_changes (
  job integer not null, status text not null, detail text not null, ${origin}
) strict;
create index if not exists job_changes_by_job on job_changes (job, block, log_index);

create table if not exists checkpoints (
  job integer not null, k integer not null, state_root text not null, segment_root text not null, ${origin},
  primary key (job, k)
) strict;

create table if not exists seat_changes (
  job integer not null, k integer not null, verifier text not null, change text not null, detail text not null, ${origin}
) strict;
create index if not exists seat_changes_by_job on seat_changes (job, k, verifier, block, log_index);

create table if not exists demands (
  id integer primary key, job integer not null, checkpoint integer not null, demander text not null,
  tensor integer not null, chunk integer not null, answer_by integer not null, price text not null, ${origin}
) strict;
create index if not exists demands_by_job on demands (job);

create table if not exists demand_ends (demand integer primary key, status text not null, ${origin}) strict;

create table if not exists models (
  job integer primary key, parent integer not null, state_root text not null, generation integer not null,
  steps text not null, ${origin}
) strict;

create table if not exists games (
  id integer primary key, job integer not null, checkpoint integer not null, challenger text not null,
  defender text not null, end_root text not null, proposed_root text not null, bond text not null, ${origin}
) strict;
create index if not exists games_by_job on games (job);

create table if not exists moves (
  game integer not null, type text not null, side text not null, sender text not null, gas_used text not null,
  summary text not null, ${origin}
) strict;
create index if not exists moves_by_game on moves (game, block, log_index);

create table if not exists game_ends (
  game integer primary key, phase text not null, winner_gas integer not null, paid text not null, ${origin}
) strict;

create table if not exists entries (
  account text not null, ledger text not null, reason text not null, amount text not null, subject integer, ${origin}
) strict;
create index if not exists entries_by_account on entries (account, block, log_index);

create index if not exists jobs_by_block on jobs (block, log_index);
create index if not exists job_changes_by_block on job_changes (block, log_index);
create index if not exists checkpoints_by_block on checkpoints (block, log_index);
create index if not exists seat_changes_by_block on seat_changes (block, log_index);
create index if not exists models_by_block on models (block, log_index);
create index if not exists games_by_block on games (block, log_index);
create index if not exists moves_by_block on moves (block, log_index);
create index if not exists game_ends_by_block on game_ends (block, log_index);
create index if not exists entries_by_block on entries (block, log_index);
`;

/** The tables that hold what the chain said, in an order in which they may be emptied. */
export const tables = [
  "entries",
  "game_ends",
  "moves",
  "games",
  "seat_changes",
  "models",
  "checkpoints",
  "job_changes",
  "jobs",
  "events",
  "blocks",
] as const;

/** The condition that a row's owner is the caller. */
export const isOwn = "owner = nullif(current_setting('request.jwt.claims', true), '')::json ->> 'oid'";

/** Creates the schema `events` with a table of notes that have owners, readable by all. */
export const createOwnedNotes = `
  create schema events;
  create table events.note (
    note_id bigint generated always as identity primary key, owner text not null, body text not null);`;

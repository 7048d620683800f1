/* SPDX-License-Identifier: Apache-2.0 */
/* backup.c - backups by VACUUM INTO, which reads one snapshot and leaves out what was deleted, and restoring.
 *
 * A database and its -wal belong together: beside another database, an old -wal would be taken for its own. So the
 * old one is first made whole (checkpoint), then linked under another name, its -wal and -shm put away, and last
 * the new file renamed over it; the new one has never had a -wal of that name. Whoever is interrupted in between finds
 * the old database, whole, under its name. */
#include "db/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "db/engine.h"
#include "db/migrate.h"

enum { MEMORY = 1 << 16 };

static bool
sync_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return done;
}

static const char *
folder_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? "." : slash == path ? "/" : arena_strn(a, path, (size_t)(slash - path));
}

static bool
sync_folder(struct arena *a, const char *path)
{
	return sync_path(folder_of(a, path));
}

static bool
exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* The file itself, and what SQLite and we may have put beside it. */
static void
remove_all(struct arena *a, const char *path)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal", ".lock" };
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		(void)unlink(arena_fmt(a, "%s%s", path, ends[i]));
}

/* Whether a file is a database of this domain, from end to end. */
static enum rc
check(const char *path, enum db_domain domain, const char **ret_error)
{
	struct db *db;

	*ret_error = "cannot be opened: check the path and who may read there; or it is damaged";
	if (engine_open(&db, path, DB_READ, false) != RC_OK)
		return RC_CONFIG;
	*ret_error = NULL;
	if (engine_pragma(db, "PRAGMA application_id") != engine_application_id(domain))
		*ret_error = "is not a database of this domain";
	else if (engine_pragma(db, "SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'") != 0)
		*ret_error = "is damaged: take another backup";
	db_close(db);
	return *ret_error == NULL ? RC_OK : RC_CONFIG;
}

/* VACUUM INTO wants a text literal. */
static const char *
quoted(struct arena *a, const char *s)
{
	char *to = arena_alloc(a, 2 * strlen(s) + 3, 1), *p = to;

	for (*p++ = '\''; *s != '\0'; *p++ = *s++)
		if (*s == '\'')
			*p++ = '\'';
	*p++ = '\'';
	*p = '\0';
	return to;
}

static enum rc
copy_into(struct arena *a, const char *path, enum db_domain domain, const char *part, const char **ret_error)
{
	static char why[300];
	struct db *db;
	enum rc rc;

	rc = db_open(&db, path, domain, DB_WRITE, ret_error);
	if (rc != RC_OK)
		return rc;
	rc = engine_script(db, arena_fmt(a, "VACUUM INTO %s", quoted(a, part)));
	if (rc != RC_OK) {
		snprintf(why, sizeof(why), "cannot be copied: %.200s; is there space, and who may write there?", db_error(db));
		*ret_error = why;
		rc = RC_IO;
	}
	db_close(db);
	return rc;
}

enum rc
db_backup(const char *path, enum db_domain domain, const char *to, int64_t *ret_bytes, const char **ret_error)
{
	struct arena a;
	struct stat st = { 0 };
	const char *part;
	mode_t was = umask(077);
	enum rc rc = RC_CONFLICT;

	arena_init(&a, MEMORY);
	part = arena_fmt(&a, "%s.part", to);
	*ret_error = "is there already: choose another name";
	if (!exists(to)) {
		remove_all(&a, part);
		rc = copy_into(&a, path, domain, part, ret_error);
		if (rc == RC_OK)
			rc = check(part, domain, ret_error);
		if (rc == RC_OK && (!sync_path(part) || stat(part, &st) != 0 || link(part, to) != 0 || !sync_folder(&a, to))) {
			*ret_error = errno == EEXIST ? "is there already: choose another name" : "cannot be written: look at the disk";
			rc = errno == EEXIST ? RC_CONFLICT : RC_IO;
		}
		remove_all(&a, part);
	}
	*ret_bytes = st.st_size;
	arena_free(&a);
	(void)umask(was);
	return rc;
}

/* A whole file to another. */
static bool
copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ssize_t n = -1;

	if (in >= 0 && out >= 0)
		while ((n = copy_file_range(in, NULL, out, NULL, 1 << 30, 0)) > 0)
			;
	if (in >= 0)
		close(in);
	if (out >= 0 && close(out) != 0)
		n = -1;
	return n == 0;
}

/* A copy of the backup as workers want it: WAL mode, this schema, nothing beside it, on disk. */
static enum rc
prepare(struct arena *a, const char *backup, enum db_domain domain, const char *fresh, const char **ret_error)
{
	struct db *db;
	enum rc rc;
	int done;

	*ret_error = "cannot be copied: is there space, and who may write there?";
	if (!copy_file(backup, fresh))
		return RC_IO;
	if ((rc = engine_open(&db, fresh, DB_WRITE, false)) != RC_OK)
		return rc;
	rc = engine_script(db, "PRAGMA journal_mode=WAL");
	db_close(db);
	if (rc == RC_OK)
		rc = db_migrate(fresh, domain, &done, ret_error);
	if (rc == RC_OK && (rc = engine_open(&db, fresh, DB_WRITE, false)) == RC_OK) {
		rc = engine_script(db, "PRAGMA wal_checkpoint(TRUNCATE)");
		db_close(db);
	}
	if (rc == RC_OK && (exists(arena_fmt(a, "%s-wal", fresh)) || !sync_path(fresh)))
		rc = RC_IO;
	return rc;
}

/* Whoever is the owner of what was there owns what comes; of nothing, that of the folder does, and of the lock. */
static bool
same_owner(struct arena *a, const char *path, const char *fresh)
{
	bool was_there = exists(path);
	struct stat was, is;

	if (stat(was_there ? path : folder_of(a, path), &was) != 0 || stat(fresh, &is) != 0 ||
	    (was.st_uid == is.st_uid && was.st_gid == is.st_gid))
		return true;
	return chown(fresh, was.st_uid, was.st_gid) == 0 && (was_there ?
	    chmod(fresh, was.st_mode & 0777) == 0 :
	    chown(arena_fmt(a, "%s.lock", path), was.st_uid, was.st_gid) == 0);
}

/* Its commits are all in the file then; a damaged one keeps them in its -wal, which goes with it. */
static void
make_whole(const char *path)
{
	struct db *db;

	if (engine_open(&db, path, DB_READ, false) != RC_OK)
		return;
	(void)engine_pragma(db, "PRAGMA wal_checkpoint(TRUNCATE)");
	db_close(db);
}

static enum rc
exchange(struct arena *a, const char *path, const char *fresh, const char *aside, const char **ret_error)
{
	const char *wal = arena_fmt(a, "%s-wal", path);

	*ret_error = "cannot be exchanged: who may write into its folder?";
	if (exists(path)) {
		make_whole(path);
		if (link(path, aside) != 0)
			return RC_IO;
		if (exists(wal) && rename(wal, arena_fmt(a, "%s-wal", aside)) != 0)
			return RC_IO;
		(void)unlink(arena_fmt(a, "%s-shm", path));
	}
	return same_owner(a, path, fresh) && rename(fresh, path) == 0 && sync_folder(a, path) ? RC_OK : RC_IO;
}

enum rc
db_restore(const char *backup, enum db_domain domain, const char *path, const char *aside, const char **ret_error)
{
	int lock = lock_open(path);
	const char *fresh;
	struct arena a;
	enum rc rc;

	arena_init(&a, MEMORY);
	fresh = arena_fmt(&a, "%s.restored", path);
	*ret_error = "cannot be locked: who may write into its folder?";
	rc = lock < 0 ? RC_IO : RC_OK;
	if (rc == RC_OK && !lock_alone(lock)) {
		*ret_error = "is in use: stop the service and its timers first";
		rc = RC_CONFLICT;
	}
	if (rc == RC_OK && exists(aside)) {
		*ret_error = "has been put aside a moment ago: try again in a second";
		rc = RC_CONFLICT;
	}
	if (rc == RC_OK)
		rc = check(backup, domain, ret_error);
	if (rc == RC_OK) {
		remove_all(&a, fresh);
		rc = prepare(&a, backup, domain, fresh, ret_error);
		if (rc == RC_OK)
			rc = exchange(&a, path, fresh, aside, ret_error);
		remove_all(&a, fresh);
	}
	if (lock >= 0)
		close(lock);
	arena_free(&a);
	return rc;
}

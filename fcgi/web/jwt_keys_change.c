/* SPDX-License-Identifier: Apache-2.0 */
/* jwt_keys_change.c - signing keys made, exchanged and removed, by the auth host's first start and
 * by the operator, while workers read them.
 *
 *	FOLDER/KID.pem   a private key (0600)            FOLDER/KID.new   one not yet finished
 *	FOLDER/.lock     held by whoever writes          JWKS             the public halves (0644)
 *
 * A writer may be killed at any point, hence the order of steps: a key is in the JWK set before it
 * is in the folder (nothing is signed that cannot be verified), and a key that goes leaves the
 * folder before the set (nothing is signed that is no longer verified). What such a kill leaves is
 * a KID.new, or a public half without its key, and the next writer removes both.
 *
 * Run by root, files get the owner of the folder, whose workers must read them. */
#include "web/jwt_keys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "base/file.h"
#include "web/jwt.h"

enum { MEMORY = 1 << 20, SET_MAX = 64 << 10 };

/* One writer at work: its folder is locked. */
struct work {
	struct arena a;
	const char *folder, *jwks_path, *kid;
	const char **ret_error;
	struct jwt_keys keys;
	int lock;
};

static enum rc
config(const char **ret_error, const char *text)
{
	if (ret_error != NULL)
		*ret_error = text;
	return RC_CONFIG;
}

static bool
write_all(int fd, const char *s, size_t len)
{
	ssize_t n;

	for (; len > 0; s += n, len -= (size_t)n) {
		n = write(fd, s, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			return false;
	}
	return true;
}

static bool
sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool
sync_folder_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	return sync_folder(slash == NULL ? "." : arena_strn(a, path, (size_t)(slash - path) + 1));
}

/* A reader sees the old file or the new one, whole. Writers come one after the other, so one name
 * will do for the new one, and what a killed writer left is simply replaced. */
static bool
replace_file(struct arena *a, const char *path, const char *text)
{
	const char *temporary = arena_fmt(a, "%s.new", path);
	bool ok;
	int fd;

	(void)unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	ok = write_all(fd, text, strlen(text)) && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
	ok = close(fd) == 0 && ok && rename(temporary, path) == 0;
	if (!ok)
		unlink(temporary);
	return ok && sync_folder_of(a, path);
}

static enum rc
write_set(struct work *w, const struct jwt_keys *keys)
{
	return replace_file(&w->a, w->jwks_path, arena_fmt(&w->a, "%s\n", jwt_keys_set(keys, &w->a))) ?
	    RC_OK : config(w->ret_error, "jwks: the file with the public keys cannot be written");
}

/* The file of the set as it is; "" if it cannot be read. */
static const char *
read_set(struct work *w)
{
	const char *s = file_read(&w->a, w->jwks_path, SET_MAX);

	return s != NULL ? s : "";
}

static bool
is_in_set(struct work *w, const char *set, const char *kid)
{
	return strstr(set, arena_fmt(&w->a, "\"kid\":\"%s\"", kid)) != NULL;
}

static const char *
new_kid(struct arena *a, int64_t now_s)
{
	enum { DAY_S = 86400, HOUR_S = 3600, MINUTE_S = 60 };
	int s = (int)(now_s % DAY_S), year, month, mday;
	uint8_t random[6];

	day_split(now_s / DAY_S, &year, &month, &mday);
	crypto_random(random, sizeof(random));
	return arena_fmt(a, "%04d%02d%02d%02d%02d%02d-%s", year, month, mday, s / HOUR_S,
	    s / MINUTE_S % 60, s % 60, base64url_encode(a, random, sizeof(random)));
}

/* Run by root, a file gets the owner of its folder. */
static bool
give(const struct work *w, const char *path)
{
	struct stat st;

	return geteuid() != 0 || (stat(w->folder, &st) == 0 && lchown(path, st.st_uid, st.st_gid) == 0);
}

/* Takes the lock. The folder is made if it is missing. */
static enum rc
work_begin(struct work *w)
{
	const char *path;

	if (mkdir(w->folder, 0700) != 0 && errno != EEXIST)
		return config(w->ret_error, "keys: the folder cannot be made; does its parent exist?");
	path = arena_fmt(&w->a, "%s/.lock", w->folder);
	w->lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (w->lock < 0 || !give(w, path))
		return config(w->ret_error, "keys: the folder cannot be written to");
	while (flock(w->lock, LOCK_EX) != 0)
		if (errno != EINTR)
			return config(w->ret_error, "keys: the folder cannot be locked");
	return RC_OK;
}

static void
work_end(struct work *w)
{
	jwt_keys_free(&w->keys);
	arena_free(&w->a);
	if (w->lock >= 0)
		close(w->lock);
}

/* Half-made keys of writers that are no more. */
static void
clean(struct work *w)
{
	DIR *d = opendir(w->folder);
	struct dirent *e;
	size_t len;

	while (d != NULL && (e = readdir(d)) != NULL) {
		len = strlen(e->d_name);
		if (len > 4 && strcmp(e->d_name + len - 4, ".new") == 0)
			(void)unlink(arena_fmt(&w->a, "%s/%s", w->folder, e->d_name));
	}
	if (d != NULL)
		closedir(d);
}

/* Makes a key, publishes it with those that stay, then puts it into the folder. */
static enum rc
add_key(struct work *w, struct jwt_keys *stay, int64_t now_s)
{
	struct jwt_key *key = &stay->key[stay->n];
	const char *kid = new_kid(&w->a, now_s), *unfinished, *path;
	enum rc rc;

	if (stay->n == KEYS_MAX)
		return config(w->ret_error, "keys: there are too many; remove some first");
	unfinished = arena_fmt(&w->a, "%s/%s.new", w->folder, kid);
	path = arena_fmt(&w->a, "%s/%s.pem", w->folder, kid);
	*key = (struct jwt_key){ .made_s = now_s };
	memcpy(key->kid, kid, strlen(kid) + 1);
	if ((rc = rsa_create(&key->rsa)) != RC_OK)
		return rc;
	stay->n++;
	rc = rsa_write(key->rsa, unfinished);
	if (rc != RC_OK || !give(w, unfinished))
		rc = config(w->ret_error, "keys: the new key cannot be written into the folder");
	else if ((rc = write_set(w, stay)) == RC_OK && rename(unfinished, path) != 0)
		rc = config(w->ret_error, "keys: the new key cannot be given its name");
	rsa_free(key->rsa);
	stay->n--;
	if (rc != RC_OK) {
		(void)unlink(unfinished);
		return rc;
	}
	return sync_folder(w->folder) ? RC_OK : config(w->ret_error, "keys: the folder is not on disk");
}

static enum rc
remove_key(struct work *w, const struct jwt_key *key)
{
	const char *path = arena_fmt(&w->a, "%s/%s.pem", w->folder, key->kid);

	return (unlink(path) == 0 || errno == ENOENT) && sync_folder(w->folder) ? RC_OK :
	    config(w->ret_error, "keys: an old key cannot be removed from the folder");
}

/* The first key, if there is none; else the set is compared with the folder. */
static enum rc
create(struct work *w)
{
	const char *set;
	size_t i;
	enum rc rc;

	clean(w);
	if ((rc = jwt_keys_read(&w->keys, w->folder, w->ret_error)) != RC_OK)
		return rc;
	if (w->keys.n == 0)
		return add_key(w, &w->keys, clock_now_ms() / 1000);
	set = read_set(w);
	if (strcmp(set, arena_fmt(&w->a, "%s\n", jwt_keys_set(&w->keys, &w->a))) == 0)
		return RC_OK;
	rc = write_set(w, &w->keys);
	for (i = 0; i < w->keys.n && is_in_set(w, set, w->keys.key[i].kid); i++)
		;
	return i == w->keys.n ? RC_OK : rc;
}

/* True if the key before the given one has retired: this one has signed for RETIRE_S. */
static bool
has_signed_long(const struct jwt_key *key, int64_t now_s)
{
	return key->made_s + PUBLISH_S + RETIRE_S <= now_s;
}

static enum rc
rotate(struct work *w)
{
	int64_t now_s = clock_now_ms() / 1000;
	struct jwt_keys *k = &w->keys, stay;
	size_t signing, gone = 0;
	enum rc rc;

	clean(w);
	if ((rc = jwt_keys_read(k, w->folder, w->ret_error)) != RC_OK)
		return rc;
	signing = jwt_keys_signing(k, now_s);
	while (gone < signing && has_signed_long(&k->key[gone + 1], now_s))
		gone++;
	stay = (struct jwt_keys){ .n = k->n - gone };
	memcpy(stay.key, k->key + gone, stay.n * sizeof(stay.key[0]));
	for (; gone > 0 && rc == RC_OK; gone--)
		rc = remove_key(w, &k->key[gone - 1]);
	if (rc != RC_OK)
		return rc;
	/* A key from the future, made when the clock was wrong, is none to wait for. */
	if (k->n > signing + 1 && k->key[k->n - 1].made_s <= now_s)
		return write_set(w, &stay);
	return add_key(w, &stay, now_s);
}

static enum rc
remove_kid(struct work *w)
{
	struct jwt_keys *k = &w->keys, stay = { .n = 0 };
	const struct jwt_key *key = NULL;
	size_t i;
	enum rc rc;

	if ((rc = jwt_keys_read(k, w->folder, w->ret_error)) != RC_OK)
		return rc;
	for (i = 0; i < k->n; i++)
		if (strcmp(k->key[i].kid, w->kid) == 0)
			key = &k->key[i];
		else
			stay.key[stay.n++] = k->key[i];
	if (key == NULL && !is_in_set(w, read_set(w), w->kid))
		return RC_NOTFOUND;
	if (stay.n == 0)
		return RC_CONFLICT;
	if (key != NULL && (rc = remove_key(w, key)) != RC_OK)
		return rc;
	return write_set(w, &stay);
}

/* Does one thing under the lock. */
static enum rc
with_lock(struct work w, enum rc (*run)(struct work *))
{
	enum rc rc;

	arena_init(&w.a, MEMORY);
	w.lock = -1;
	rc = work_begin(&w);
	if (rc == RC_OK)
		rc = run(&w);
	work_end(&w);
	return rc;
}

#define WORK(...) ((struct work){ .folder = folder, .jwks_path = jwks_path, \
	.ret_error = ret_error, __VA_ARGS__ })

/* A folder that may only be read is left as it is. */
enum rc
jwt_keys_create(const char *folder, const char *jwks_path, const char **ret_error)
{
	struct jwt_keys k = { .n = 0 };
	bool some = false;

	if (access(folder, W_OK) != 0 && jwt_keys_read(&k, folder, NULL) == RC_OK) {
		some = k.n > 0;
		jwt_keys_free(&k);
	}
	return some ? RC_OK : with_lock(WORK(), create);
}

enum rc
jwt_keys_rotate(const char *folder, const char *jwks_path, const char **ret_error)
{
	return with_lock(WORK(), rotate);
}

enum rc
jwt_keys_remove(const char *folder, const char *jwks_path, const char *kid,
    const char **ret_error)
{
	return with_lock(WORK(.kid = kid), remove_kid);
}

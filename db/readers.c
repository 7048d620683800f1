/* SPDX-License-Identifier: Apache-2.0 */
/* readers.c - a pile of connections. */
#include "db/readers.h"

#include <pthread.h>
#include <stdlib.h>

enum { KEEP = 8 };               /* unused ones; their caches are the most of a worker's memory */

struct readers {
	const char *path;
	enum db_domain domain;
	pthread_mutex_t mutex;
	pthread_cond_t given;
	struct db *pile[KEEP];
	int piled, opened;
};

enum rc
readers_open(struct readers **ret, const char *path, enum db_domain domain, const char **ret_error)
{
	struct readers *p = calloc(1, sizeof(*p));
	enum rc rc;

	if (p == NULL)
		abort();
	if ((rc = db_open(&p->pile[0], path, domain, DB_READ, ret_error)) != RC_OK) {
		free(p);
		return rc;
	}
	p->path = path;
	p->domain = domain;
	p->piled = p->opened = 1;
	pthread_mutex_init(&p->mutex, NULL);
	pthread_cond_init(&p->given, NULL);
	*ret = p;
	return RC_OK;
}

struct db *
readers_take(struct readers *p)
{
	struct db *db = NULL;

	pthread_mutex_lock(&p->mutex);
	while (db == NULL) {
		if (p->piled > 0) {
			db = p->pile[--p->piled];
			break;
		}
		p->opened++;
		pthread_mutex_unlock(&p->mutex);
		if (db_open(&db, p->path, p->domain, DB_READ, NULL) != RC_OK)
			db = NULL;
		pthread_mutex_lock(&p->mutex);
		if (db == NULL && --p->opened > 0 && p->piled == 0)
			pthread_cond_wait(&p->given, &p->mutex);
	}
	pthread_mutex_unlock(&p->mutex);
	return db;
}

void
readers_give(struct readers *p, struct db *db)
{
	db_snapshot_end(db);             /* one left open would keep the WAL from beginning anew */
	pthread_mutex_lock(&p->mutex);
	if (p->piled < KEEP) {
		p->pile[p->piled++] = db;
		db = NULL;
		pthread_cond_signal(&p->given);
	} else
		p->opened--;
	pthread_mutex_unlock(&p->mutex);
	db_close(db);
}

struct readers *
readers_close(struct readers *p)
{
	if (p == NULL)
		return NULL;
	while (p->piled > 0)
		db_close(p->pile[--p->piled]);
	pthread_cond_destroy(&p->given);
	pthread_mutex_destroy(&p->mutex);
	free(p);
	return NULL;
}

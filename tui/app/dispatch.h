/* Keys to commands, and commands to whoever runs them: the console itself or the screen on top. Needs are checked here, once. */
#ifndef APP_DISPATCH_H
#define APP_DISPATCH_H

#include "input/command_table.h"
#include "input/key.h"
#include "input/keymap.h"

struct app;

void dispatch_key(struct app *app, struct key key);
void dispatch_command(struct app *app, enum command_id command, const char *argument);
uint32_t dispatch_holds(struct app *app); /* enum command_needs bits that hold now */
enum keymap_context dispatch_context(const struct app *app);

#endif

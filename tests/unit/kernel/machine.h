/*
 * What the tests see of the host machine.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "hal.h"

extern u64 fake_now, fake_timer;

#endif

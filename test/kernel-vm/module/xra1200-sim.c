// SPDX-License-Identifier: GPL-2.0
/*
 * An I2C bus with the expanders of ClusterHATs on it, for tests: XRA1200P, or PCA9554, which refuses register 4.
 * Each chip has a folder /sys/kernel/xra1200-sim/0xNN, where a test reads its pins, counts their edges and injects faults.
 */
#include <linux/i2c.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

enum { INPUT, OUTPUT, INVERSION, DIRECTION, PULL_UP, REGISTERS = 11 };
#define PINS 8
#define MOST_CHIPS 4

static int bus = 1;
module_param(bus, int, 0444);
MODULE_PARM_DESC(bus, "number of the I2C bus");

static ushort addresses[MOST_CHIPS] = { 0x20 };
static int chip_count = 1;
module_param_array(addresses, ushort, &chip_count, 0444);
MODULE_PARM_DESC(addresses, "7-bit address of each chip");

struct chip {
	struct kobject folder;
	u16 address;
	u8 registers[REGISTERS];
	u8 external;		/* level of the pins that the chip does not drive: the board's own resistors */
	u8 stuck_mask, stuck_level;	/* pins that something holds, whatever the chip drives */
	u8 pins;
	unsigned int edges[PINS];
	unsigned int writes;
	int naks;		/* transfers still to be refused; negative: all of them */
	bool is_pca9554;
};

static DEFINE_MUTEX(lock);
static struct chip *chips[MOST_CHIPS];
static struct kobject *root;

/* What the resistors and the latch make of the pins now; counts what changed. */
static void settle(struct chip *chip)
{
	u8 undriven = chip->registers[DIRECTION];
	u8 driven = (chip->registers[OUTPUT] & ~undriven) | (chip->external & undriven);
	u8 level = (driven & ~chip->stuck_mask) | (chip->stuck_level & chip->stuck_mask);
	int pin;

	for (pin = 0; pin < PINS; pin++)
		if ((level ^ chip->pins) & BIT(pin))
			chip->edges[pin]++;
	chip->pins = level;
}

static void power_on(struct chip *chip)
{
	memset(chip->registers, 0, sizeof(chip->registers));
	chip->registers[OUTPUT] = 0xff;
	chip->registers[DIRECTION] = 0xff;
	chip->registers[PULL_UP] = 0xff;
	settle(chip);
}

static int read_register(struct chip *chip, u8 number, u8 *value)
{
	if (number >= (chip->is_pca9554 ? PULL_UP : REGISTERS))
		return -ENXIO;
	*value = number == INPUT ? chip->pins ^ chip->registers[INVERSION] : chip->registers[number];
	return 0;
}

static int write_register(struct chip *chip, u8 number, u8 value)
{
	if (number >= (chip->is_pca9554 ? PULL_UP : REGISTERS))
		return -ENXIO;
	chip->writes++;
	if (number != INPUT)
		chip->registers[number] = value;
	settle(chip);
	return 0;
}

static int transfer_locked(u16 address, char direction, u8 command, int size,
			   union i2c_smbus_data *data)
{
	struct chip *chip = NULL;
	int i;

	for (i = 0; i < chip_count; i++)
		if (chips[i]->address == address)
			chip = chips[i];
	if (!chip)
		return -ENXIO;
	if (chip->naks) {
		if (chip->naks > 0)
			chip->naks--;
		return -ENXIO;
	}
	switch (size) {
	case I2C_SMBUS_QUICK:
		return 0;
	case I2C_SMBUS_BYTE_DATA:
		if (direction == I2C_SMBUS_READ)
			return read_register(chip, command, &data->byte);
		return write_register(chip, command, data->byte);
	default:
		return -EOPNOTSUPP;
	}
}

static s32 transfer(struct i2c_adapter *adapter, u16 address, unsigned short flags, char direction,
		    u8 command, int size, union i2c_smbus_data *data)
{
	int result;

	mutex_lock(&lock);
	result = transfer_locked(address, direction, command, size, data);
	mutex_unlock(&lock);
	return result;
}

static u32 functionality(struct i2c_adapter *adapter)
{
	return I2C_FUNC_SMBUS_QUICK | I2C_FUNC_SMBUS_BYTE_DATA;
}

static const struct i2c_algorithm algorithm = {
	.smbus_xfer = transfer,
	.functionality = functionality,
};

static struct i2c_adapter adapter = {
	.owner = THIS_MODULE,
	.algo = &algorithm,
	.name = "XRA1200 simulator",
};

/* The files of a chip. Reading: LEVELS EDGES-OF-PIN-0 ... 7; all REGISTERS; how many WRITES. Writing: see store(). */
#define FILE_RO(file) static struct kobj_attribute file##_file = __ATTR(file, 0444, show, NULL)
#define FILE_WO(file) static struct kobj_attribute file##_file = __ATTR(file, 0200, NULL, store)

static ssize_t show(struct kobject *folder, struct kobj_attribute *file, char *text)
{
	struct chip *chip = container_of(folder, struct chip, folder);
	int i, length = 0;

	mutex_lock(&lock);
	switch (file->attr.name[0]) {
	case 'p':
		length = sysfs_emit(text, "0x%02x", chip->pins);
		for (i = 0; i < PINS; i++)
			length += sysfs_emit_at(text, length, " %u", chip->edges[i]);
		break;
	case 'r':
		for (i = 0; i < REGISTERS; i++)
			length += sysfs_emit_at(text, length, i ? " 0x%02x" : "0x%02x",
						i == INPUT ? chip->pins : chip->registers[i]);
		break;
	case 'w':
		length = sysfs_emit(text, "%u", chip->writes);
		break;
	}
	length += sysfs_emit_at(text, length, "\n");
	mutex_unlock(&lock);
	return length;
}

/* brown_out: any text. external: LEVELS. stuck: MASK LEVELS. nak: COUNT, -1 for ever. model: xra1200p or pca9554. */
static ssize_t store(struct kobject *folder, struct kobj_attribute *file, const char *text,
		     size_t size)
{
	struct chip *chip = container_of(folder, struct chip, folder);
	int first = 0, second = 0, numbers = sscanf(text, "%i %i", &first, &second);
	ssize_t result = size;

	mutex_lock(&lock);
	switch (file->attr.name[0]) {
	case 'b':
		power_on(chip);
		break;
	case 'e':
		if (numbers == 1)
			chip->external = first;
		else
			result = -EINVAL;
		break;
	case 's':
		if (numbers == 2) {
			chip->stuck_mask = first;
			chip->stuck_level = second;
		} else {
			result = -EINVAL;
		}
		break;
	case 'n':
		if (numbers == 1)
			chip->naks = first;
		else
			result = -EINVAL;
		break;
	case 'm':
		if (sysfs_streq(text, "pca9554") || sysfs_streq(text, "xra1200p"))
			chip->is_pca9554 = text[0] == 'p';
		else
			result = -EINVAL;
		break;
	}
	settle(chip);
	mutex_unlock(&lock);
	return result;
}

FILE_RO(pins);
FILE_RO(registers);
FILE_RO(writes);
FILE_WO(brown_out);
FILE_WO(external);
FILE_WO(stuck);
FILE_WO(nak);
FILE_WO(model);

static struct attribute *chip_attrs[] = {
	&pins_file.attr, &registers_file.attr, &writes_file.attr, &brown_out_file.attr,
	&external_file.attr, &stuck_file.attr, &nak_file.attr, &model_file.attr, NULL,
};
ATTRIBUTE_GROUPS(chip);

static void release(struct kobject *folder)
{
	kfree(container_of(folder, struct chip, folder));
}

static struct kobj_type chip_type = {
	.sysfs_ops = &kobj_sysfs_ops,
	.release = release,
	.default_groups = chip_groups,
};

static void remove_chips(void)
{
	int i;

	for (i = 0; i < MOST_CHIPS; i++)
		if (chips[i])
			kobject_put(&chips[i]->folder);
	kobject_put(root);
}

static int __init start(void)
{
	int i, result = -ENOMEM;

	root = kobject_create_and_add("xra1200-sim", kernel_kobj);
	if (!root)
		return -ENOMEM;
	for (i = 0; i < chip_count; i++) {
		struct chip *chip = kzalloc(sizeof(*chip), GFP_KERNEL);

		if (!chip)
			goto undo;
		chips[i] = chip;
		chip->address = addresses[i];
		power_on(chip);
		result = kobject_init_and_add(&chip->folder, &chip_type, root, "0x%02x",
					      chip->address);
		if (result)
			goto undo;
	}
	adapter.nr = bus;
	result = i2c_add_numbered_adapter(&adapter);
	if (result)
		goto undo;
	return 0;
undo:
	remove_chips();
	return result;
}

static void __exit stop(void)
{
	i2c_del_adapter(&adapter);
	remove_chips();
}

module_init(start);
module_exit(stop);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("ClusterHAT expanders on a simulated I2C bus");

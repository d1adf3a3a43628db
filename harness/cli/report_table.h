/* report_table.h - the sections of report's options of which one row can be chosen. */
#ifndef WM_CLI_REPORT_TABLE_H
#define WM_CLI_REPORT_TABLE_H

#define WM_REPORT_VIEWS "Views (-top unless told)"
#define WM_REPORT_GRANULARITIES "One row for each (-functions unless told)"
#define WM_REPORT_ORDERS "Order (-flat unless told)"

#endif
